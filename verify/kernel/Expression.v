(** Expressions: integer combinations of numbered variables, and how to compute with them.

    An expression is a list of (variable, coefficient). The checker keeps the variables
    ascending and the coefficients nonzero, so that equal expressions are equal lists; nothing
    that is proved depends on that, only how much the checker can prove. What variables stand
    for is said by an environment (Semantics.v). In every use variable 1 is the constant one. *)

Require Import ZArith List FMapPositive Bool.
Import ListNotations.
Open Scope Z_scope.

Module Map := PositiveMap.

Definition expression := list (positive * Z).

Definition constant (c : Z) : expression := if c =? 0 then [] else [(1%positive, c)].

Definition scale (q : Z) (e : expression) : expression :=
  if q =? 1 then e else if q =? 0 then [] else map (fun t => (fst t, q * snd t)) e.

Fixpoint add (a : expression) : expression -> expression :=
  match a with
  | [] => fun b => b
  | (v, p) :: a' =>
    fix inner (b : expression) : expression :=
      match b with
      | [] => a
      | (w, q) :: b' =>
        match Pos.compare v w with
        | Lt => (v, p) :: add a' b
        | Gt => (w, q) :: inner b'
        | Eq => if p + q =? 0 then add a' b' else (v, p + q) :: add a' b'
        end
      end
  end.

(** Long sums are balanced: a list of partial sums, the i-th of some 2^i summands or empty. *)
Fixpoint push (e : expression) (sums : list expression) : list expression :=
  match sums with
  | [] => [e]
  | [] :: sums' => e :: sums'
  | f :: sums' => [] :: push (add f e) sums'
  end.

Definition total (sums : list expression) : expression := fold_right add [] sums.

(** The sum of coefficient * expression. *)
Definition weighted_sum (terms : list (Z * expression)) : expression :=
  total (fold_left (fun sums t => push (scale (fst t) (snd t)) sums) terms []).

(** The expression with every variable v for which [f v] is some expression replaced by it. *)
Fixpoint separate (f : positive -> option expression) (e : expression)
  : expression * list (Z * expression) :=
  match e with
  | [] => ([], [])
  | (v, c) :: e' =>
    let (kept, parts) := separate f e' in
    match f v with
    | Some g => (kept, (c, g) :: parts)
    | None => ((v, c) :: kept, parts)
    end
  end.

Definition substitute (f : positive -> option expression) (e : expression) : expression :=
  match separate f e with
  | (_, []) => e
  | (kept, parts) => weighted_sum ((1, kept) :: parts)
  end.

Definition same_term (s t : positive * Z) : bool :=
  Pos.eqb (fst s) (fst t) && (snd s =? snd t).

Fixpoint same (a b : expression) : bool :=
  match a, b with
  | [], [] => true
  | s :: a', t :: b' => same_term s t && same a' b'
  | _, _ => false
  end.

(** The greatest common divisor of the coefficients. *)
Definition content (e : expression) : Z := fold_right (fun t g => Z.gcd (snd t) g) 0 e.

Definition divide (q : Z) (e : expression) : expression :=
  map (fun t => (fst t, snd t / q)) e.

Definition is_constant (e : expression) : bool :=
  forallb (fun t => Pos.eqb (fst t) 1) e.
Definition constant_of (e : expression) : Z := fold_right (fun t c => snd t + c) 0 e.

(** A number that tells most expressions apart; where two collide, [same] decides. *)
Definition hash (e : expression) : positive :=
  match fold_left (fun h t => Z.land (31 * h + Z.land (snd t) 16383 + 7 * Z.pos (fst t)) 16383)
                  e 1 with
  | Z.pos p => p
  | _ => 1%positive
  end.

(** [count] variables from [v] on. *)
Fixpoint variables (count : nat) (v : positive) : list positive :=
  match count with O => [] | S count' => v :: variables count' (Pos.succ v) end.

(** Lists as maps from 1, 2, ...; what lies beyond is the empty expression, which is zero. *)
Fixpoint fill (p : positive) (l : list expression) (m : Map.t expression) : Map.t expression :=
  match l with
  | [] => m
  | e :: l' => fill (Pos.succ p) l' (Map.add p e m)
  end.

Definition table (l : list expression) : Map.t expression := fill 1 l (Map.empty expression).

Definition entry (m : Map.t expression) (v : positive) : expression :=
  match Map.find v m with Some e => e | None => [] end.

(** Apply [f] until it gives a result, at most 2^n times (in effect: as often as needed). *)
Fixpoint iterate {A B : Type} (n : nat) (f : A -> A + B) (a : A) : A + B :=
  match n with
  | O => f a
  | S n' => match iterate n' f a with inl a' => iterate n' f a' | inr b => inr b end
  end.
