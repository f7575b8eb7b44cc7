(** Scripts: a case tree, depth first, whose leaves meet the obligations. *)

Require Import ZArith List Bool FMapPositive.
From Relucert Require Import Expression Calculus Ranges.
Import ListNotations.
Open Scope Z_scope.

Inductive step :=
| Split (k : positive)                                            (* S *)
| SplitOn (e : expression)                                        (* S with a form *)
| Bisect (v : positive)                                           (* B *)
| Settle (positive_side : bool) (k : positive) (l : lemma)        (* + and - *)
| SettleAll                                                       (* R *)
| Close (ks : list positive)                                      (* N *)
| Cut (e : expression)                                            (* C *)
| Decompose (k : positive) (m1 : mode) (l1 : lemma) (m2 : mode) (l2 : lemma)  (* D *)
| Pairs (ps : list (positive * pair))                             (* P *)
| Equal (ls : list lemma)                                         (* = *)
| Empty (l : lemma)                                               (* 0 *)
| Bounded (ls : list lemma).                                      (* Z *)

Inductive outcome :=
| Accepted
| Stuck (rest : list step).  (* the steps from the first that does not apply *)

Section Script.
Variable last : positive.

Definition apply (s : state) (pairs : Map.t pair) (t : step) : option (state * list branch) :=
  let plain o := match o with Some s' => Some (s', []) | None => None end in
  let opened o := match o with Some (s', b) => Some (s', [b]) | None => None end in
  match t with
  | Split k => opened (split last s k true)
  | SplitOn e => opened (split_on last s e)
  | Bisect v => opened (bisect last s v)
  | Settle positive_side k l => plain (settle last s positive_side k l)
  | SettleAll => plain (settle_all last s pairs)
  | Close ks => plain (close last s ks)
  | Cut e => opened (cut last s e)
  | Decompose k m1 l1 m2 l2 => plain (decompose last s k m1 l1 m2 l2)
  | Pairs _ => plain (Some s)
  | Equal _ | Empty _ | Bounded _ => None
  end.

(** The pairs from this step on; a later pair of a symbol replaces an earlier one. *)
Definition sound_pair (kp : positive * pair) : bool :=
  let (k, p) := kp in
  is_symbol last (partner p) && Pos.ltb (partner p) k && (0 <? mine p) && (0 <? its p).
Definition paired_by (pairs : Map.t pair) (t : step) : option (Map.t pair) :=
  match t with
  | Pairs ps =>
    if forallb sound_pair ps
    then Some (fold_left (fun m kp => Map.add (fst kp) (snd kp) m) ps pairs) else None
  | _ => Some pairs
  end.

Definition closes (s : state) (pairs : Map.t pair) (t : step) : bool :=
  match t with
  | Equal ls => equal last s ls
  | Empty l => proves last s (constant (-1)) l None
  | Bounded ls => bounded last (refresh last s) pairs ls
  | _ => false
  end.

Fixpoint run (steps : list step) (s : state) (pairs : Map.t pair) (later : list branch) : outcome :=
  match steps with
  | [] => Stuck []
  | t :: steps' =>
    match t with
    | Equal _ | Empty _ | Bounded _ =>
      if closes s pairs t then
        match later with
        | [] => match steps' with [] => Accepted | _ => Stuck steps' end
        | b :: later' =>
          match resume last b with
          | Some s' => run steps' s' pairs later'
          | None => Stuck steps
          end
        end
      else Stuck steps
    | _ =>
      match apply s pairs t, paired_by pairs t with
      | Some (s', opened), Some pairs' => run steps' s' pairs' (opened ++ later)
      | _, _ => Stuck steps
      end
    end
  end.

End Script.
