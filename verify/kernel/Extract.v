(** The checker as OCaml: integers become zarith's, everything else is translated as it stands. *)

Require Import ZArith List.
From Relucert Require Import Expression Claim Calculus Script Check.
Require Import Extraction ExtrOcamlBasic.

Extract Inductive positive => "Integer.t"
  [ "(fun p -> Integer.succ (Integer.shift_left p 1))" "(fun p -> Integer.shift_left p 1)"
    "Integer.one" ]
  "(fun odd even one p -> if Integer.equal p Integer.one then one () else
    if Integer.is_odd p then odd (Integer.shift_right p 1) else even (Integer.shift_right p 1))".
Extract Inductive Z => "Integer.t" [ "Integer.zero" "(fun p -> p)" "Integer.neg" ]
  "(fun zero positive negative z -> let s = Integer.sign z in
    if s = 0 then zero () else if s > 0 then positive z else negative (Integer.neg z))".
Extract Inductive N => "Integer.t" [ "Integer.zero" "(fun p -> p)" ]
  "(fun zero positive n -> if Integer.sign n = 0 then zero () else positive n)".

Extract Constant Pos.succ => "Integer.succ".
Extract Constant Pos.eqb => "Integer.equal".
Extract Constant Pos.leb => "Integer.leq".
Extract Constant Pos.ltb => "Integer.lt".
Extract Constant Pos.compare =>
  "(fun p q -> let c = Integer.compare p q in if c = 0 then Eq else if c < 0 then Lt else Gt)".
Extract Constant Z.add => "Integer.add".
Extract Constant Z.sub => "Integer.sub".
Extract Constant Z.mul => "Integer.mul".
Extract Constant Z.opp => "Integer.neg".
Extract Constant Z.eqb => "Integer.equal".
Extract Constant Z.leb => "Integer.leq".
Extract Constant Z.ltb => "Integer.lt".
Extract Constant Z.max => "Integer.max".
Extract Constant Z.min => "Integer.min".
Extract Constant Z.abs => "Integer.abs".
Extract Constant Z.gcd => "Integer.gcd".
Extract Constant Z.land => "Integer.logand".
Extract Constant Z.div =>
  "(fun a b -> if Integer.sign b = 0 then Integer.zero else Integer.fdiv a b)".
Extract Constant Z.shiftl =>
  "(fun a n -> let k = Integer.to_int n in
    if k < 0 then Integer.shift_right a (- k) else Integer.shift_left a k)".
Extract Constant Z.shiftr =>
  "(fun a n -> let k = Integer.to_int n in
    if k < 0 then Integer.shift_left a (- k) else Integer.shift_right a k)".

Extraction "kernel.ml" check judge.
