(** Claims as data: two networks, a domain, a relation. What they mean is in Semantics.v. *)

Require Import ZArith List.
From Relucert Require Import Expression.

(** An affine layer: row r stands for r / denominator. In a row variable 1 is the constant one
    and variable i + 1 the i-th value of the layer before (for the first layer: the i-th input).
    Between two layers every value passes through relu. *)
Record layer := Layer { denominator : Z; weights : list expression }.

Definition network := list layer.

(** [box]: Some (unit, ends), where low / unit <= x_i <= high / unit for the i-th pair (low, high)
    of ends. [halfspaces]: normal . x <= offset for every pair (normal, offset); in a normal
    variable i + 1 is the i-th input. *)
Record domain := Domain
  { box : option (Z * list (Z * Z)); halfspaces : list (expression * Z) }.

(** Numbers are fractions p / q. *)
Inductive relation :=
| Exact
| Epsilon (p q : Z)
| Top1
| TopK (k : Z)
| Margin (p q : Z).

Record claim := Claim
  { inputs : positive;
    claimed_domain : domain;
    claimed_relation : relation;
    left_network : network;
    right_network : network }.
