(** The checker for whole claims: both networks are evaluated symbolically, then the script runs. *)

Require Import ZArith List Bool FMapPositive.
From Relucert Require Import Expression Claim Calculus Script.
Import ListNotations.
Open Scope Z_scope.

(** * Claims that make sense *)

(** The variable of the last input. *)
Definition last_of (n : positive) : positive := Pos.succ n.

Definition up_to (v : positive) (e : expression) : bool :=
  forallb (fun t => Pos.leb (fst t) v) e.

(** Layers with positive denominators whose rows read no value that is not there; [top] is the
    variable of the last value. *)
Fixpoint fits (top : positive) (N : network) : bool :=
  match N with
  | [] => true
  | L :: N' =>
    (0 <? denominator L) && forallb (up_to top) (weights L)
    && fits (Pos.of_succ_nat (length (weights L))) N'
  end.

Definition count_outputs (N : network) : nat :=
  match rev N with [] => O | L :: _ => length (weights L) end.

Definition domain_fits (n : positive) (D : domain) : bool :=
  match box D with
  | Some (unit, ends) =>
    (0 <? unit) && Nat.eqb (length ends) (Pos.to_nat n)
    && forallb (fun e => fst e <=? snd e) ends
  | None => true
  end
  && forallb (fun h => forallb (fun t => Pos.ltb 1 (fst t)) (fst h) && up_to (last_of n) (fst h))
             (halfspaces D).

Definition relation_fits (r : relation) : bool :=
  match r with
  | Exact | Top1 => true
  | Epsilon p q | Margin p q => (0 <=? p) && (0 <? q)
  | TopK k => 0 <? k
  end.

Definition well_formed (c : claim) : bool :=
  fits (last_of (inputs c)) (left_network c) && fits (last_of (inputs c)) (right_network c)
  && negb (Nat.eqb (count_outputs (left_network c)) 0)
  && Nat.eqb (count_outputs (left_network c)) (count_outputs (right_network c))
  && domain_fits (inputs c) (claimed_domain c) && relation_fits (claimed_relation c).

(** * The networks, symbolically *)

Definition unit_of (D : domain) : Z := match box D with Some (unit, _) => unit | None => 1 end.

(** The scale of bounds. *)
Definition fineness : Z := 18446744073709551616.  (* 2^64 *)
Definition fine_of (D : domain) : Z := unit_of D * fineness.

(** unit * x_i as expressions; a fixed input is a constant. *)
Fixpoint box_inputs (unit : Z) (v : positive) (ends : list (Z * Z)) : list expression :=
  match ends with
  | [] => []
  | (low, high) :: ends' =>
    (if low <? high then [(v, unit)] else constant low) :: box_inputs unit (Pos.succ v) ends'
  end.
Definition scaled_inputs (n : positive) (D : domain) : list expression :=
  match box D with
  | Some (unit, ends) => box_inputs unit 2 ends
  | None => map the (variables (Pos.to_nat n) 2)
  end.

Fixpoint box_bounds (v : positive) (ends : list (Z * Z)) (b : Map.t interval) : Map.t interval :=
  match ends with
  | [] => b
  | (low, high) :: ends' =>
    box_bounds (Pos.succ v) ends' (Map.add v (Some (low * fineness), Some (high * fineness)) b)
  end.
Definition first_bounds (D : domain) : Map.t interval :=
  let one := Map.add 1%positive (Some (fine_of D), Some (fine_of D)) (Map.empty interval) in
  match box D with Some (_, ends) => box_bounds 2 ends one | None => one end.

Definition nothing (n : positive) (D : domain) (differences : bool) : state :=
  State (Pos.succ (last_of n)) (Map.empty _) (Map.empty _) (first_bounds D) (Map.empty _)
        (Map.empty _) (Map.empty _) 1 (Map.empty _) [] differences.

Definition with_domain (n : positive) (D : domain) (differences : bool) : state :=
  fold_left (fun s h => add_row (add (constant (snd h)) (opposite (fst h))) s)
            (halfspaces D) (nothing n D differences).

Section Evaluation.
Variable last : positive.

Fixpoint relus (s : state) (es : list expression) : option (state * list expression) :=
  match es with
  | [] => Some (s, [])
  | e :: es' =>
    match relu last s e with
    | None => None
    | Some (s1, y) =>
      match relus s1 es' with
      | None => None
      | Some (s2, ys) => Some (s2, y :: ys)
      end
    end
  end.

(** [values] are [factor] times the values of the layer before. *)
Definition layer_rows (factor : Z) (L : layer) (values : list expression) : list expression :=
  let t := table (constant factor :: values) in
  map (substitute (fun v => Some (entry t v))) (weights L).

Fixpoint evaluate (s : state) (factor : Z) (N : network) (values : list expression)
  : option (state * list expression) :=
  match N with
  | [] => Some (s, values)
  | L :: N' =>
    let rows := layer_rows factor L values in
    match N' with
    | [] => Some (s, rows)
    | _ => match relus s rows with
           | None => None
           | Some (s', ys) => evaluate s' (factor * denominator L) N' ys
           end
    end
  end.
End Evaluation.

Definition scale_of (N : network) : Z := fold_right (fun L q => denominator L * q) 1 N.

(** * Obligations *)

(** |target| <= bound / q for every target. *)
Definition difference_obligations (bound q : Z) (count : nat) : list obligation :=
  flat_map (fun v => [Obligation [] (add (constant bound) [(v, q)]);
                      Obligation [] (add (constant bound) [(v, - q)])]) (variables count 2).

(** The ways to choose k entries of a list. *)
Fixpoint choose {A : Type} (k : nat) (l : list A) : list (list A) :=
  match k, l with
  | O, _ => [[]]
  | S _, [] => []
  | S k', a :: l' => map (cons a) (choose k' l') ++ choose k l'
  end.

Definition minus (v w : positive) (q : Z) : expression := add [(v, q)] [(w, - q)].

(** Where left_i - left_j >= least / q for all j, fewer than k outputs exceed i in right: of any k
    others, some does not exceed it: the first, where the rest does. An output is the pair of its
    variables (in left, in right). *)
Definition decision_obligations (least q : Z) (k : Z) (outs : list (positive * positive))
  : list obligation :=
  flat_map (fun i =>
    let others := filter (fun j => negb (Pos.eqb (fst i) (fst j))) outs in
    let largest := map (fun j => add (constant (- least)) (minus (fst i) (fst j) q)) others in
    if Z.of_nat (length others) <? k then [] else
    flat_map (fun js =>
      match js with
      | [] => []
      | j :: rest => [Obligation (largest ++ map (fun r => minus (snd r) (snd i) 1) rest)
                                 (minus (snd i) (snd j) 1)]
      end) (choose (Z.to_nat k) others)) outs.

Definition differences (sl sr : Z) (ls rs : list expression) : list expression :=
  map (fun p => weighted_sum [(sr, fst p); (- sl, snd p)]) (combine ls rs).

Definition output_variables (m : nat) : list (positive * positive) :=
  combine (variables m 2) (variables m (Pos.of_nat (m + 2))).

Definition of_differences (r : relation) : bool :=
  match r with Exact | Epsilon _ _ => true | _ => false end.

Definition start (c : claim) : option state :=
  let last := last_of (inputs c) in
  let unit := unit_of (claimed_domain c) in
  let values := scaled_inputs (inputs c) (claimed_domain c) in
  let sl := scale_of (left_network c) in
  let sr := scale_of (right_network c) in
  let s0 := with_domain (inputs c) (claimed_domain c) (of_differences (claimed_relation c)) in
  match evaluate last s0 unit (left_network c) values with
  | None => None
  | Some (s1, ls) =>
    match evaluate last s1 unit (right_network c) values with
    | None => None
    | Some (s, rs) =>
      let m := length ls in
      let with_targets ts os := Some (set_question (table (constant 1 :: ts)) os s) in
      let decisions least q k :=
        with_targets (ls ++ rs) (decision_obligations least q k (output_variables m)) in
      match claimed_relation c with
      | Exact => with_targets (differences sl sr ls rs) (difference_obligations 0 1 m)
      | Epsilon p q => with_targets (differences sl sr ls rs)
                                    (difference_obligations (p * unit * sl * sr) q m)
      | Top1 => decisions 0 1 1
      | TopK k => decisions 0 1 k
      | Margin p q => decisions (p * unit * sl) q 1
      end
    end
  end.

(** * The checker *)

Definition judge (c : claim) (steps : list step) : outcome :=
  if well_formed c then
    match start c with
    | Some s => run (last_of (inputs c)) steps s (Map.empty _) []
    | None => Stuck steps
    end
  else Stuck steps.

Definition check (c : claim) (steps : list step) : bool :=
  match judge c steps with Accepted => true | Stuck _ => false end.
