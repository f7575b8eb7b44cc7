(** Zonotopes: numbers enclosed by integer combinations of shared noise (theorem T36).

    A zonotope stands for a number t if t differs from v_0 + v_1 z_1 + v_2 z_2 + ... by at most
    the radius, where v is its vector and the z_i are numbers between -1 and 1, the same ones for
    all zonotopes of a pass. A vector that is short ends in zeros. *)

Require Import ZArith List Bool.
Import ListNotations.
Open Scope Z_scope.

Record zonotope := Zonotope { vector : list Z; radius : Z }.

(** An interval of integers, as it occurs below, is the pair of its ends. *)
Definition ends := (Z * Z)%type.
Definition meet (i j : ends) : ends := (Z.max (fst i) (fst j), Z.min (snd i) (snd j)).
Definition times (p : Z) (i : ends) : ends := (p * fst i, p * snd i).
Definition opposite_ends (i : ends) : ends := (- snd i, - fst i).

Definition range (z : zonotope) : ends :=
  let centre := hd 0 (vector z) in
  let spread := fold_left (fun t c => t + Z.abs c) (tl (vector z)) (radius z) in
  (centre - spread, centre + spread).

(** * Linear combinations *)

(** w * a + b *)
Fixpoint multiply_add (w : Z) (a b : list Z) : list Z :=
  match a, b with
  | [], _ => b
  | _, [] => map (Z.mul w) a
  | c :: a', d :: b' => w * c + d :: multiply_add w a' b'
  end.

Definition null : zonotope := Zonotope [0] 0.

Definition accumulate (z : zonotope) (part : Z * zonotope) : zonotope :=
  let (w, y) := part in
  Zonotope (multiply_add w (vector y) (vector z)) (Z.abs w * radius y + radius z).

(** The sum of weight * zonotope. *)
Definition linear (parts : list (Z * zonotope)) : zonotope := fold_left accumulate parts null.

(** Every entry is replaced by its multiple, which [f] rounds down. *)
Definition count (v : list Z) : Z := fold_left (fun n _ => n + 1) v 0.
Definition rounded (f : Z -> Z) (z : zonotope) : zonotope :=
  Zonotope (map f (vector z)) (f (radius z) + 1 + count (vector z)).
Definition quotient (p : Z) (z : zonotope) : zonotope := rounded (fun c => c / p) z.

(** * New noise *)

(** v with c added to entry i *)
Fixpoint add_at (i : nat) (c : Z) (v : list Z) : list Z :=
  match i, v with
  | O, [] => [c]
  | O, d :: v' => d + c :: v'
  | S i', [] => 0 :: add_at i' c []
  | S i', d :: v' => d :: add_at i' c v'
  end.

(** z and something in an interval; [noise] is the number of entries that are in use. *)
Definition noisy (noise : nat) (z : zonotope) (i : ends) : zonotope * nat :=
  let (low, high) := i in
  let middle := Z.shiftr (low + high) 1 in
  let v := add_at 0 middle (vector z) in
  if low <? high then (Zonotope (add_at noise (high - middle) v) (radius z), S noise)
  else (Zonotope v (radius z), noise).

(** The relu of what z stands for, which lies in an interval that is given, and the width of the
    new noise. In the interval relu is a line of slope S / 2^16 and something >= 0. *)
Definition relu_zonotope (noise : nat) (z : zonotope) (i : ends) : zonotope * Z * nat :=
  let (low, high) := i in
  if 0 <=? low then (z, 0, noise)
  else if high <=? 0 then (null, 0, noise)
  else
    let slope := Z.shiftl high 16 / (high - low) in
    let t := Z.max (- slope * low) ((65536 - slope) * high) in
    let width := - Z.shiftr (- t) 16 in
    let (y, n) := noisy noise (rounded (fun c => Z.shiftr (slope * c) 16) z) (0, width) in
    (y, width, n).

(** * The difference of two relus *)

Definition positive_part (i : ends) : ends := (Z.max (fst i) 0, Z.max (snd i) 0).

(** Where relu y - relu x lies, for x, y and y - x in these intervals: it is between 0 and y - x. *)
Definition rise (x y d : ends) : ends :=
  let (a, b) := positive_part x in
  let (c, e) := positive_part y in
  meet (Z.min 0 (fst d), Z.max 0 (snd d)) (c - b, e - a).

Definition size (i : ends) : Z := snd i - fst i.

(** How relu y - relu x is enclosed: (width, (s, i)) says that it is s / 2 * (y - x) and something
    in the interval i / 2, which is that wide. The narrowest is taken. *)
Definition narrower (a b : Z * (Z * ends)) : Z * (Z * ends) := if fst a <=? fst b then a else b.
Definition slope_and_rest (x y d : ends) : Z * (Z * ends) :=
  let flat := rise x y d in
  let steep := rise (opposite_ends x) (opposite_ends y) (opposite_ends d) in
  let furthest := Z.max (- fst d) (snd d) in
  narrower (narrower (size flat, (0, times 2 flat)) (size steep, (2, times 2 steep)))
           (furthest, (1, (- furthest, furthest))).

(** A zonotope for Y where p Y - q X = relu y - relu x; [dz] stands for y - x, [xz] for X. *)
Definition follow (noise : nat) (p q : Z) (xz dz : zonotope) (rest : Z * ends) : zonotope * nat :=
  let (slope, i) := rest in
  let (twice, n) := noisy noise (linear [(2 * q, xz); (slope, dz)]) i in
  (quotient (2 * p) twice, n).
