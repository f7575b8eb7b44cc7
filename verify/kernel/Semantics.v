(** What a claim means. Whoever believes this file, the types in Claim.v and Coq need not read the
    checker nor its proof: Theorem [check_sound] in Soundness.v speaks of these notions alone. *)

Require Import ZArith List Reals.
From Relucert Require Import Expression Claim.
Import ListNotations.
Open Scope R_scope.

(** The value of an expression where the variables are [rho]. *)
Fixpoint ev (e : expression) (rho : positive -> R) : R :=
  match e with
  | [] => 0
  | (v, c) :: e' => IZR c * rho v + ev e' rho
  end.

(** Variable 1 is the constant one, variable i + 1 the i-th entry of y (0 beyond its end). *)
Definition point (y : list R) (v : positive) : R := nth (pred (Pos.to_nat v)) (1 :: y) 0.

Definition relu (t : R) : R := Rmax 0 t.

Definition affine (L : layer) (y : list R) : list R :=
  map (fun row => ev row (point y) / IZR (denominator L)) (weights L).

(** The outputs of a network: affine layers with relu between them. *)
Fixpoint outputs (N : network) (y : list R) : list R :=
  match N with
  | [] => y
  | [L] => affine L y
  | L :: N' => outputs N' (map relu (affine L y))
  end.

Definition inside (D : domain) (x : list R) : Prop :=
  match box D with
  | Some (unit, ends) =>
    Forall2 (fun e t => IZR (fst e) / IZR unit <= t <= IZR (snd e) / IZR unit) ends x
  | None => True
  end /\
  Forall (fun h => ev (fst h) (point x) <= IZR (snd h)) (halfspaces D).

(** How many entries of g exceed t. *)
Definition exceeding (t : R) (g : list R) : nat :=
  length (filter (fun u => if Rlt_dec t u then true else false) g).

(** Output i is largest by at least d. *)
Definition largest_by (d : R) (f : list R) (i : nat) : Prop :=
  forall j, (j < length f)%nat -> j <> i -> nth j f 0 + d <= nth i f 0.

(** What the relation says about the outputs f of the left and g of the right network.
    Top1: a largest output of f is a largest output of g. TopK: fewer than k outputs of g exceed
    it there. Margin: an output largest in f by d is a largest output of g. *)
Definition related (r : relation) (f g : list R) : Prop :=
  match r with
  | Exact => f = g
  | Epsilon p q => Forall2 (fun a b => Rabs (a - b) <= IZR p / IZR q) f g
  | Top1 => forall i, (i < length f)%nat -> largest_by 0 f i -> exceeding (nth i g 0) g = 0%nat
  | TopK k => forall i, (i < length f)%nat -> largest_by 0 f i ->
              (Z.of_nat (exceeding (nth i g 0%R) g) < k)%Z
  | Margin p q => forall i, (i < length f)%nat -> largest_by (IZR p / IZR q) f i ->
                  exceeding (nth i g 0) g = 0%nat
  end.

Definition holds (c : claim) : Prop :=
  forall x : list R, length x = Pos.to_nat (inputs c) -> inside (claimed_domain c) x ->
  related (claimed_relation c) (outputs (left_network c) x) (outputs (right_network c) x).
