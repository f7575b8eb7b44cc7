(** The calculus: what the checker knows on a cell of the case tree, and the rules (theorem T11).

    Variable 1 is the constant one, variables 2 ... last are the inputs, later variables are
    *symbols*: symbol k stands for relu(argument of k), where the argument is an expression in
    inputs and earlier symbols. Equal arguments share a symbol, and relu(-a) = relu(a) - a.
    [targets] are the expressions that the claim speaks about, [obligations] what has to be shown
    of them. On the current cell [value] says what some symbols are, [rows] are expressions known
    to be >= 0. All is scaled by positive integers; bounds are finer than the rest, so that the
    box of a cell can be cut in halves. *)

Require Import ZArith List Bool FMapPositive.
From Relucert Require Import Expression.
Import ListNotations.
Open Scope Z_scope.

(** Over variables of their own: 1 is the constant one, i + 1 the i-th target.
    Where all of [given] are >= 0, [goal] is >= 0. *)
Record obligation := Obligation { given : list expression; goal : expression }.

Definition interval := (option Z * option Z)%type.

Record state := State
  { next : positive;                  (* the number of the next symbol *)
    arguments : Map.t expression;     (* symbol -> argument *)
    numbers : Map.t (list positive);  (* hash of an argument -> symbols; only a hint *)
    bounds : Map.t interval;          (* variable -> interval that holds fine * it *)
    value : Map.t expression;         (* symbol -> what it is on this cell, where known *)
    partial : Map.t expression;       (* symbol -> its argument, reduced some time ago *)
    rows : Map.t expression;          (* row number, from 1 -> expression *)
    next_row : positive;
    targets : Map.t expression;       (* 1 -> the constant one, i + 1 -> the i-th target *)
    obligations : list obligation;
    compares : bool }.                (* the claim is about differences of outputs *)

(** A lemma [p, (row, multiplier), ...] says that p * e - (sum of multiplier * row) if p > 0, and
    e - 2^(-p) * (sum of multiplier * row) otherwise, has a nonnegative minimum over the bounds of
    the variables; row 0 is the side on which the lemma speaks. *)
Record lemma := Lemma { scaling : Z; uses : list (N * Z) }.

(** How one side of a bent unit is decomposed: see [decompose]. *)
Inductive mode := Positive | Negative | PlusSymbol | MinusSymbol.

Definition set_value k e s :=
  State (next s) (arguments s) (numbers s) (bounds s) (Map.add k e (value s)) (partial s)
        (rows s) (next_row s) (targets s) (obligations s) (compares s).
Definition add_row e s :=
  State (next s) (arguments s) (numbers s) (bounds s) (value s) (partial s)
        (Map.add (next_row s) e (rows s)) (Pos.succ (next_row s))
        (targets s) (obligations s) (compares s).
Definition set_bounds v i s :=
  State (next s) (arguments s) (numbers s) (Map.add v i (bounds s)) (value s) (partial s)
        (rows s) (next_row s) (targets s) (obligations s) (compares s).
Definition set_partial k e s :=
  State (next s) (arguments s) (numbers s) (bounds s) (value s) (Map.add k e (partial s))
        (rows s) (next_row s) (targets s) (obligations s) (compares s).
Definition set_question t o s :=
  State (next s) (arguments s) (numbers s) (bounds s) (value s) (partial s)
        (rows s) (next_row s) t o (compares s).

Definition list_at (m : Map.t (list positive)) (k : positive) : list positive :=
  match Map.find k m with Some l => l | None => [] end.

Definition the (v : positive) : expression := [(v, 1)].
Definition opposite (e : expression) : expression := scale (-1) e.
Definition sided (positive_side : bool) (e : expression) : expression :=
  if positive_side then e else opposite e.

Section Calculus.
Variable last : positive.

Definition is_symbol (v : positive) : bool := Pos.ltb last v.
Definition is_affine (e : expression) : bool := forallb (fun t => negb (is_symbol (fst t))) e.

(** A lower bound of fine * e from the intervals of its variables. *)
Fixpoint minimum_from (low : Z) (b : Map.t interval) (e : expression) : option Z :=
  match e with
  | [] => Some low
  | (v, c) :: e' =>
    match Map.find v b with
    | None => None
    | Some (l, h) =>
      match (if c <? 0 then h else l) with
      | Some bound => minimum_from (low + c * bound) b e'
      | None => None
      end
    end
  end.
Definition minimum := minimum_from 0.

Definition is_known (s : state) (v : positive) : bool := Map.mem v (value s).

(** The expression with every known symbol replaced by its value, and so on. *)
Definition known_value (s : state) (v : positive) : option expression :=
  if is_symbol v then Map.find v (value s) else None.
Definition replaced (s : state) (e : expression) : expression + expression :=
  match separate (known_value s) e with
  | (_, []) => inr e
  | (kept, parts) => inl (weighted_sum ((1, kept) :: parts))
  end.
Definition reduced (s : state) (e : expression) : expression :=
  match replaced s e with
  | inr _ => e
  | inl e => match iterate 40 (replaced s) e with inl e | inr e => e end
  end.

(** The symbol with this argument, if there is one. *)
Definition symbol_of (s : state) (a : expression) : option positive :=
  find (fun k => match Map.find k (arguments s) with Some b => same a b | None => false end)
       (list_at (numbers s) (hash a)).

Definition existing (s : state) (v : positive) : bool :=
  negb (is_symbol v) || Map.mem v (arguments s).

(** A new symbol; interval bounds settle its sign here where they can. *)
Definition introduce (s : state) (a : expression) : option (state * positive) :=
  let k := next s in
  if is_symbol k && negb (Map.mem k (arguments s)) && forallb (fun t => existing s (fst t)) a then
    let low := minimum (bounds s) a in
    let high := minimum (bounds s) (opposite a) in
    let nonnegative := match low with Some l => 0 <=? l | None => false end in
    let nonpositive := match high with Some h => 0 <=? h | None => false end in
    let top := match high with Some h => Some (Z.max (- h) 0) | None => None end in
    let known := if nonnegative then Map.add k a (value s)
                 else if nonpositive then Map.add k [] (value s) else value s in
    Some (State (Pos.succ k) (Map.add k a (arguments s))
                (Map.add (hash a) (k :: list_at (numbers s) (hash a)) (numbers s))
                (Map.add k (Some 0, top) (bounds s)) known (partial s)
                (rows s) (next_row s) (targets s) (obligations s) (compares s), k)
  else None.

(** The relu of an expression: constant, old symbol, opposite of an old symbol, or new symbol. *)
Definition relu (s : state) (e : expression) : option (state * expression) :=
  let e := reduced s e in
  if is_constant e then
    Some (s, if 0 <=? constant_of e then e else [])
  else
    let q := Z.max 1 (content e) in
    let a := divide q e in
    match symbol_of s a with
    | Some k => Some (s, reduced s [(k, q)])
    | None =>
      match symbol_of s (opposite a) with
      | Some k => Some (s, add e (scale q (reduced s (the k))))
      | None =>
        match introduce s a with
        | Some (s', k) => Some (s', reduced s' [(k, q)])
        | None => None
        end
      end
    end.

(** Record what a symbol is on this cell. *)
Definition resolve (s : state) (k : positive) (e : expression) : state :=
  set_value k (reduced s e) s.

(** The argument of a symbol that exists and is not yet known here. *)
Definition unknown (s : state) (k : positive) : option expression :=
  if is_known s k then None else Map.find k (arguments s).

(** * Lemmas *)

Fixpoint premises (s : state) (side : option expression) (shift : Z) (l : list (N * Z))
  : option (list (Z * expression)) :=
  match l with
  | [] => Some []
  | (r, m) :: l' =>
    let row := match r with
               | N0 => side
               | Npos p => match Map.find p (rows s) with
                           | Some e => Some (reduced s e)
                           | None => None
                           end
               end in
    match row, premises s side shift l' with
    | Some e, Some rest =>
      if 0 <=? m then Some ((- Z.shiftl m shift, e) :: rest) else None
    | _, _ => None
    end
  end.

(** Theorem T12: e >= 0 on the cell (on its part where side >= 0, if a side is given), since the
    combination that the lemma names has a lower bound >= 0. *)
Definition proves_by (lower : expression -> option Z) (s : state) (e : expression) (l : lemma)
                     (side : option expression) : bool :=
  match premises s side (Z.max (- scaling l) 0) (uses l) with
  | None => false
  | Some terms =>
    match lower (weighted_sum ((Z.max (scaling l) 1, e) :: terms)) with
    | Some low => 0 <=? low
    | None => false
    end
  end.
Definition proves (s : state) : expression -> lemma -> option expression -> bool :=
  proves_by (minimum (bounds s)) s.

(** * The rules that go on in the same cell *)

(** Rules + and -: a >= 0 on the cell, so the symbol is a; a <= 0 there, so it is 0. *)
Definition settle (s : state) (positive_side : bool) (k : positive) (l : lemma) : option state :=
  match unknown s k with
  | None => None
  | Some a =>
    let a := reduced s a in
    if proves s (sided positive_side a) l None
    then Some (resolve s k (if positive_side then a else [])) else None
  end.

(** Rule N: symbols whose arguments have changed here; each is the relu of what its argument is. *)
Fixpoint close (s : state) (ks : list positive) : option state :=
  match ks with
  | [] => Some s
  | k :: ks' =>
    match unknown s k with
    | None => None
    | Some a0 =>
      let a := reduced s a0 in
      if negb (same a0 a) then
        match relu s a with
        | Some (s', y) => close (resolve s' k y) ks'
        | None => None
        end
      else None
    end
  end.

(** Rule D (theorem T13): relu(v + w relu(h)) on a cell whose interior misses h = v = 0.
    With u = v + w h, v speaks for h <= 0 and u for h >= 0. A side q is in mode
    P: q >= 0 on its own side;                 N: q <= 0 there;
    +: q <= 0 on the other side, symbol relu(q);   -: q >= 0 there, symbol relu(-q).
    The unit is p_v + m relu(h) + symbols, p being q in the modes P and -, else 0, where
    p_u - p_v = m h. *)
Definition mode_sign (m : mode) : bool :=
  match m with Positive | MinusSymbol => true | _ => false end.
Definition mode_symbol (m : mode) : bool :=
  match m with PlusSymbol | MinusSymbol => true | _ => false end.
Definition side_proved (s : state) (q : expression) (m : mode) (own : expression) (l : lemma)
  : bool :=
  proves s (sided (mode_sign m) q) l (Some (if mode_symbol m then opposite own else own)).
Definition part (q : expression) (m : mode) : expression := if mode_sign m then q else [].
Definition relu_part (s : state) (q : expression) (m : mode) : option (state * expression) :=
  if mode_symbol m then relu s (sided (negb (mode_sign m)) q) else Some (s, []).

(** jump / h, read off the first coefficient of h that is not the constant's. *)
Definition coefficient (v : positive) (e : expression) : Z :=
  match find (fun t => Pos.eqb v (fst t)) e with Some t => snd t | None => 0 end.
Definition ratio (jump h : expression) : Z :=
  match find (fun t => negb (Pos.eqb 1 (fst t))) h with
  | Some (v, c) => coefficient v jump / c
  | None => 0
  end.

Definition decompose (s : state) (k : positive) (m1 : mode) (l1 : lemma) (m2 : mode) (l2 : lemma)
  : option state :=
  match unknown s k with
  | None => None
  | Some a =>
    let a := reduced s a in
    let v := filter (fun t => negb (is_symbol (fst t))) a in
    match filter (fun t => is_symbol (fst t)) a with
    | [(inner, w)] =>
      match Map.find inner (arguments s) with
      | None => None
      | Some h =>
        let u := add v (scale w h) in
        let jump := add (part u m2) (opposite (part v m1)) in
        let m := ratio jump h in
        if is_affine h && side_proved s v m1 (opposite h) l1 && side_proved s u m2 h l2
           && same jump (scale m h) then
          match relu_part s v m1 with
          | None => None
          | Some (s1, y1) =>
            match relu_part s1 u m2 with
            | None => None
            | Some (s2, y2) =>
              Some (resolve s2 k (weighted_sum [(1, part v m1); (m, the inner); (1, y1); (1, y2)]))
            end
          end
        else None
      end
    | _ => None
    end
  end.

(** * Rules that open or close a subtree *)

(** What comes after the subtree that is open now. *)
Inductive branch :=
| Enter (s : state) (k : positive) (positive_side : bool)   (* the other side of a split *)
| Conclude (s : state) (e : expression)                     (* what a cut has proved *)
| Narrow (s : state) (v : positive) (i : interval).         (* the other half of a bisection *)

(** The side of the cell on which the argument of symbol k has a sign. *)
Definition enter (s : state) (k : positive) (positive_side : bool) : option state :=
  match Map.find k (arguments s) with
  | None => None
  | Some a =>
    let a := reduced s a in
    Some (resolve (add_row (sided positive_side a) s) k (if positive_side then a else []))
  end.

Definition resume (b : branch) : option state :=
  match b with
  | Enter s k positive_side => enter s k positive_side
  | Conclude s e => Some (add_row e s)
  | Narrow s v i => Some (set_bounds v i s)
  end.

(** The targets as they are on this cell; shared by what comes below. *)
Definition refresh (s : state) : state :=
  set_question (Map.map (reduced s) (targets s)) (obligations s) s.

(** Rule S: the cell is the union of its parts with a >= 0 and with a <= 0. *)
Definition split (s : state) (k : positive) (positive_side : bool) : option (state * branch) :=
  let s := refresh s in
  match unknown s k, enter s k positive_side with
  | Some _, Some s' => Some (s', Enter s k (negb positive_side))
  | _, _ => None
  end.

(** The same for a form that is written out: its sides in their order. *)
Definition split_on (s : state) (e : expression) : option (state * branch) :=
  if is_constant e then None else
  let a := divide (Z.max 1 (content e)) e in
  match symbol_of s a with
  | Some k => split s k true
  | None =>
    match symbol_of s (opposite a) with
    | Some k => split s k false
    | None =>
      match introduce s a with
      | Some (s', k) => split s' k true
      | None => None
      end
    end
  end.

(** Rule B: the two halves of the interval of an input. *)
Definition bisect (s : state) (v : positive) : option (state * branch) :=
  if is_symbol v || Pos.eqb v 1 then None else
  match Map.find v (bounds s) with
  | Some (Some low, Some high) =>
    if low <? high then
      let s := refresh s in
      let middle := Z.shiftr (low + high) 1 in
      Some (set_bounds v (Some low, Some middle) s, Narrow s v (Some middle, Some high))
    else None
  | _ => None
  end.

(** Rule C: a lemma with a case tree of its own, for an expression that becomes a row. *)
Definition cut (s : state) (e : expression) : option (state * branch) :=
  if forallb (fun t => existing s (fst t)) e then
    let e := filter (fun t => negb (snd t =? 0)) e in
    Some (set_question (table [constant 1; e]) [Obligation [] (the 2)] s, Conclude s e)
  else None.

(** Rules = and 0: every obligation holds on the cell, or it is empty. Without lemmas all targets
    are zero; that is for claims about differences alone. *)
Definition in_targets (s : state) (e : expression) : expression :=
  substitute (fun v => Some (entry (targets s) v)) e.

Definition met (lower : expression -> option Z) (s : state) (o : obligation) (l : lemma) : bool :=
  let s' := fold_left (fun s' g => add_row (in_targets s g) s') (given o) s in
  proves_by lower s' (in_targets s (goal o)) l None.

Fixpoint all_met (lower : expression -> option Z) (s : state) (os : list obligation)
                 (ls : list lemma) : bool :=
  match os, ls with
  | [], [] => true
  | o :: os', l :: ls' => met lower s o l && all_met lower s os' ls'
  | _, _ => false
  end.

Definition trivially_met (s : state) (o : obligation) : bool :=
  match in_targets s (goal o) with
  | [] => true
  | [(v, c)] => Pos.eqb v 1 && (0 <=? c)
  | _ => false
  end.

Definition all_zero (s : state) : bool :=
  forallb (fun t => Pos.eqb 1 (fst t) || same (snd t) []) (Map.elements (targets s)).

Definition equal (s : state) (ls : list lemma) : bool :=
  let s := refresh s in
  match ls with
  | [] => match obligations s with
          | [] => true
          | os => compares s && all_zero s && forallb (trivially_met s) os
          end
  | _ => all_met (minimum (bounds s)) s (obligations s) ls
  end.

End Calculus.
