(** Zonotopes of all symbols on a cell, and the rules that use them (theorem T36).

    In one pass over the open symbols, in the order of their numbers, every one gets a zonotope
    that stands for fine * it. There are two of them: [own], and [near], which for a symbol that
    has been paired with an earlier one may be that of the earlier one and a small difference. *)

Require Import ZArith List Bool FMapPositive.
From Relucert Require Import Expression Zonotope Calculus.
Import ListNotations.
Open Scope Z_scope.

(** For a symbol Y: mine * Y and its * (the partner) may be near each other. Nothing follows from
    a pair but how the difference is computed. *)
Record pair := Pair { partner : positive; mine : Z; its : Z }.

(** The argument of a symbol as it is here, what was found about it, and the width of the noise of
    its relu. *)
Record visited := Visited { form : expression; inside : zonotope; reach : ends; width : Z }.

Record pass := Pass
  { noise : nat;              (* the number of noises that are in use, the constant one included *)
    own : Map.t zonotope;     (* variable -> zonotope, as if there were no pairs *)
    near : Map.t zonotope;
    moved : Map.t unit;       (* the symbols of which the two are not the same *)
    seen : Map.t visited }.

(** z + the expression, by a table of zonotopes. *)
Fixpoint enclose_from (z : zonotope) (t : Map.t zonotope) (e : expression) : option zonotope :=
  match e with
  | [] => Some z
  | (v, c) :: e' =>
    match Map.find v t with
    | Some y => enclose_from (accumulate z (c, y)) t e'
    | None => None
    end
  end.
Definition enclose := enclose_from null.

Definition set_noise n p := Pass n (own p) (near p) (moved p) (seen p).
Definition record v z n p :=
  Pass n (Map.add v z (own p)) (Map.add v z (near p)) (moved p) (seen p).
Definition move k z n p :=
  Pass n (own p) (Map.add k z (near p)) (Map.add k tt (moved p)) (seen p).
Definition see k v p := Pass (noise p) (own p) (near p) (moved p) (Map.add k v (seen p)).

(** The constant one and the inputs. *)
Fixpoint enclose_inputs (b : Map.t interval) (vs : list positive) (p : pass) : option pass :=
  match vs with
  | [] => Some p
  | v :: vs' =>
    match Map.find v b with
    | Some (Some low, Some high) =>
      let (z, n) := noisy (noise p) null (low, high) in enclose_inputs b vs' (record v z n p)
    | _ => None
    end
  end.

Section Ranges.
Variable last : positive.
Variable s : state.
Variable pairs : Map.t pair.

(** The pair of a symbol, if its partner is open here and was visited before. *)
Definition paired (p : pass) (k : positive) : option (pair * visited * zonotope) :=
  match Map.find k pairs with
  | None => None
  | Some pr =>
    match Map.find (partner pr) (seen p), Map.find (partner pr) (near p) with
    | Some v, Some x => if (0 <? mine pr) && (0 <? its pr) then Some (pr, v, x) else None
    | _, _ => None
    end
  end.

(** The difference mine * Y - its * (the partner), where it is narrower than what [own] says. *)
Definition approach (p : pass) (k : positive) (v : visited) : pass :=
  match paired p k with
  | None => p
  | Some (Pair _ m i, w, x) =>
    let d := linear [(m, inside v); (- i, inside w)] in
    let a := times i (reach w) in
    let b := times m (reach v) in
    let between := meet (range d) (fst b - snd a, snd b - fst a) in
    let (new, rest) := slope_and_rest a b between in
    if new <=? m * width v + i * width w
    then let (z, n) := follow (noise p) m i x d rest in move k z n p else p
  end.

(** [a] is the argument of symbol k. *)
Definition visit (p : pass) (k : positive) (a : expression) : option pass :=
  let is_moved := existsb (fun t => Map.mem (fst t) (moved p)) a in
  match enclose (own p) a with
  | None => None
  | Some z =>
    match (if is_moved then enclose (near p) a else Some z) with
    | None => None
    | Some x =>
      let i := if is_moved then meet (range z) (range x) else range z in
      let '(y, w, n) := relu_zonotope (noise p) z i in
      let v := Visited a x i w in
      Some (approach (see k v (record k y n p)) k v)
    end
  end.

(** A symbol, after those in its argument: by rule N these may have higher numbers. *)
Fixpoint visit_from (fuel : nat) (k : positive) (p : pass) : option pass :=
  match fuel with
  | O => None
  | S fuel' =>
    if Map.mem k (near p) then Some p else
    match unknown s k with
    | None => Some p
    | Some a =>
      let a := reduced last s (match Map.find k (partial s) with Some b => b | None => a end) in
      match visit p k a with
      | Some p' => Some p'
      | None =>
        let below := fold_left (fun o t => match o with
                                           | Some p => visit_from fuel' (fst t) p
                                           | None => None
                                           end) a (Some p) in
        match below with Some p' => visit p' k a | None => None end
      end
    end
  end.

Fixpoint visit_all (fuel : nat) (ks : list positive) (p : pass) : option pass :=
  match ks with
  | [] => Some p
  | k :: ks' =>
    match visit_from fuel k p with Some p' => visit_all fuel ks' p' | None => None end
  end.

Definition symbols : list positive :=
  variables (Z.to_nat (Z.pos (next s) - Z.pos last - 1)) (Pos.succ last).

Definition enclosures : option pass :=
  let empty := Pass 1 (Map.empty _) (Map.empty _) (Map.empty _) (Map.empty _) in
  match enclose_inputs (bounds s) (variables (Pos.to_nat last) 1) empty with
  | Some p => visit_all (S (length symbols)) symbols p
  | None => None
  end.

(** Rule R: every symbol is settled whose argument has a sign. *)
Definition settle_by (p : pass) (s' : state) (k : positive) : state :=
  match Map.find k (seen p) with
  | None => s'
  | Some v =>
    if 0 <=? fst (reach v) then resolve last s' k (form v)
    else if snd (reach v) <=? 0 then resolve last s' k []
    else set_partial k (form v) s'
  end.
Definition settle_all : option state :=
  match enclosures with
  | Some p => Some (fold_left (settle_by p) symbols s)
  | None => None
  end.

(** A lower bound of fine * e on the cell. *)
Definition lower (p : pass) (e : expression) : option Z :=
  match enclose (near p) e with Some z => Some (fst (range z)) | None => None end.
Definition at_least (p : pass) (bound : Z) (e : expression) : bool :=
  match lower p e with Some low => bound <=? low | None => false end.

(** Rule Z: every obligation holds, or something that is given does not. *)
Definition met_by (p : pass) (o : obligation) : bool :=
  existsb (fun g => at_least p 1 (opposite (in_targets s g))) (given o)
  || at_least p 0 (in_targets s (goal o)).
Definition bounded (ls : list lemma) : bool :=
  match enclosures with
  | None => false
  | Some p =>
    match ls with
    | [] => forallb (met_by p) (obligations s)
    | _ => all_met last (lower p) s (obligations s) ls
    end
  end.

End Ranges.
