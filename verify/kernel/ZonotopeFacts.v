(** Theorem T36, its arithmetic: the operations on zonotopes enclose what they should. *)

Require Import ZArith List Bool Reals Lra Lia Psatz.
From Relucert Require Import Expression Semantics ExpressionFacts Zonotope.
Import ListNotations.
Open Scope R_scope.

(** * Integers as real numbers *)

Lemma max_IZR : forall a b, IZR (Z.max a b) = Rmax (IZR a) (IZR b).
Proof.
  intros a b. destruct (Z.max_spec a b) as [[H ->]|[H ->]].
  - apply IZR_lt in H. symmetry. apply Rmax_right. lra.
  - apply IZR_le in H. symmetry. apply Rmax_left. lra.
Qed.

Lemma min_IZR : forall a b, IZR (Z.min a b) = Rmin (IZR a) (IZR b).
Proof.
  intros a b. destruct (Z.min_spec a b) as [[H ->]|[H ->]].
  - apply IZR_lt in H. symmetry. apply Rmin_left. lra.
  - apply IZR_le in H. symmetry. apply Rmin_right. lra.
Qed.

Lemma halves : forall a, (2 * Z.shiftr a 1 <= a <= 2 * Z.shiftr a 1 + 1)%Z.
Proof.
  intros a. rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 1)%Z with 2%Z.
  pose proof (Z.div_mod a 2 ltac:(lia)). pose proof (Z.mod_pos_bound a 2). lia.
Qed.

(** f rounds g * c down *)
Definition floors (g : R) (f : Z -> Z) : Prop :=
  forall c, IZR (f c) <= g * IZR c <= IZR (f c) + 1.

Lemma floors_div : forall p, (0 < p)%Z -> floors (/ IZR p) (fun c => (c / p)%Z).
Proof.
  intros p Hp c. pose proof (Z.div_mod c p ltac:(lia)) as D.
  pose proof (Z.mod_pos_bound c p Hp) as M. apply IZR_lt in Hp.
  assert (E : / IZR p * IZR c * IZR p = IZR c) by (field; lra).
  assert (L : (c / p * p <= c <= (c / p + 1) * p)%Z) by lia.
  destruct L as [L1 L2]. apply IZR_le in L1, L2. rewrite mult_IZR in L1, L2.
  rewrite plus_IZR in L2. split; apply Rmult_le_reg_r with (IZR p); lra.
Qed.

Lemma floors_shift : forall s, floors (IZR s / 65536) (fun c => Z.shiftr (s * c)%Z 16).
Proof.
  intros s c. rewrite Z.shiftr_div_pow2 by lia. change (2 ^ 16)%Z with 65536%Z.
  pose proof (floors_div 65536 ltac:(lia) (s * c)%Z) as H. rewrite mult_IZR in H. lra.
Qed.

(** * Noise *)

Fixpoint dot (v : list Z) (eps : list R) : R :=
  match v, eps with
  | c :: v', t :: eps' => IZR c * t + dot v' eps'
  | _, _ => 0
  end.

Definition small (t : R) : Prop := -1 <= t <= 1.

(** The noise at a point; its first entry is the constant one. *)
Definition noise_at (eps : list R) : Prop := exists more, eps = 1 :: more /\ Forall small more.

Lemma noise_small : forall eps, noise_at eps -> Forall small eps.
Proof. intros eps (l & -> & L). constructor; [unfold small; lra | assumption]. Qed.

Lemma noise_first : forall eps, noise_at eps -> nth 0 eps 0 = 1.
Proof. intros eps (more & -> & _). reflexivity. Qed.

Lemma noise_length : forall eps, noise_at eps -> (1 <= length eps)%nat.
Proof. intros eps (more & -> & _). cbn [length]. lia. Qed.

Lemma dot_app : forall v eps more, (length v <= length eps)%nat -> dot v (eps ++ more) = dot v eps.
Proof.
  induction v as [|c v IH]; intros [|t eps] more H; cbn [dot app length] in *;
    [destruct more; reflexivity | reflexivity | lia|]. rewrite IH by lia. reflexivity.
Qed.

Lemma dot_scaled : forall w v eps, dot (map (Z.mul w) v) eps = IZR w * dot v eps.
Proof.
  induction v as [|c v IH]; intros [|t eps]; cbn [map dot]; try lra.
  rewrite mult_IZR, IH. lra.
Qed.

Lemma dot_multiply_add : forall w a b eps,
  dot (multiply_add w a b) eps = IZR w * dot a eps + dot b eps.
Proof.
  induction a as [|c a IH]; intros b eps; cbn [multiply_add].
  - cbn [dot]. lra.
  - destruct b as [|d b]; [rewrite dot_scaled; destruct eps; cbn [dot]; lra|].
    destruct eps as [|t eps]; cbn [dot]; [lra|]. rewrite IH, plus_IZR, mult_IZR. lra.
Qed.

Lemma dot_add_at : forall i c v eps, dot (add_at i c v) eps = dot v eps + IZR c * nth i eps 0.
Proof.
  induction i as [|i IH]; intros c [|d v] [|t eps]; cbn [add_at dot nth]; rewrite ?IH;
    rewrite ?plus_IZR; cbn [dot]; try lra.
Qed.

Lemma length_multiply_add : forall w a b,
  length (multiply_add w a b) = Nat.max (length a) (length b).
Proof.
  induction a as [|c a IH]; intros [|d b]; cbn [multiply_add length Nat.max]; try reflexivity.
  - rewrite map_length. reflexivity.
  - rewrite IH. reflexivity.
Qed.

Lemma length_add_at : forall i c v, length (add_at i c v) = Nat.max (S i) (length v).
Proof.
  induction i as [|i IH]; intros c [|d v]; cbn [add_at length]; rewrite ?IH; cbn [length]; lia.
Qed.

#[local] Opaque add_at.

(** More noise, and what is there stays. *)
Definition grows (eps eps' : list R) : Prop :=
  exists more, eps' = eps ++ more /\ Forall small more.

Lemma grows_refl : forall eps, grows eps eps.
Proof. intros. exists []. rewrite app_nil_r. auto. Qed.

Lemma grows_trans : forall a b c, grows a b -> grows b c -> grows a c.
Proof.
  intros a b c (l & -> & L) (m & -> & M). exists (l ++ m). rewrite app_assoc.
  split; [reflexivity|]. apply Forall_app. auto.
Qed.

Lemma grows_noise : forall eps eps', grows eps eps' -> noise_at eps -> noise_at eps'.
Proof.
  intros eps eps' (more & -> & M) (l & -> & L). exists (l ++ more). split; [reflexivity|].
  apply Forall_app. auto.
Qed.

(** * What is enclosed *)

Definition within (i : ends) (t : R) : Prop := IZR (fst i) <= t <= IZR (snd i).

Definition encloses (eps : list R) (z : zonotope) (t : R) : Prop :=
  (length (vector z) <= length eps)%nat /\
  exists s, - IZR (radius z) <= s <= IZR (radius z) /\ t = dot (vector z) eps + s.

Lemma grows_encloses : forall eps eps' z t, grows eps eps' -> encloses eps z t ->
  encloses eps' z t.
Proof.
  intros eps eps' z t (more & -> & _) [L (s & S & E)]. split; [rewrite app_length; lia|].
  exists s. split; [assumption|]. rewrite dot_app; assumption.
Qed.

Lemma spread_from : forall v r eps, Forall small eps ->
  - IZR (fold_left (fun t c => t + Z.abs c)%Z v r) <= dot v eps - IZR r /\
  dot v eps + IZR r <= IZR (fold_left (fun t c => t + Z.abs c)%Z v r).
Proof.
  induction v as [|c v IH]; intros r eps H; cbn [fold_left].
  - cbn [dot]. lra.
  - destruct H as [|t eps [H1 H2] H].
    + specialize (IH (r + Z.abs c)%Z [] (Forall_nil _)). rewrite plus_IZR in IH.
      pose proof (IZR_le _ _ (Z.abs_nonneg c)). cbn [dot] in *. destruct v; cbn [dot] in IH; lra.
    + specialize (IH (r + Z.abs c)%Z eps H). rewrite plus_IZR, abs_IZR in IH. cbn [dot].
      assert (A : - Rabs (IZR c) <= IZR c * t <= Rabs (IZR c)); [|lra].
      unfold Rabs. destruct (Rcase_abs (IZR c)); nra.
Qed.

Lemma range_ok : forall eps z t, noise_at eps -> encloses eps z t -> within (range z) t.
Proof.
  intros eps z t (more & -> & M) [L (s & S & ->)]. unfold within, range. cbn [fst snd].
  rewrite minus_IZR, plus_IZR. pose proof (spread_from (tl (vector z)) (radius z) more M).
  destruct (vector z) as [|c v]; cbn [hd tl dot] in *; lra.
Qed.

Lemma meet_ok : forall i j t, within i t -> within j t -> within (meet i j) t.
Proof.
  intros i j t [I1 I2] [J1 J2]. unfold within, meet. cbn [fst snd]. rewrite max_IZR, min_IZR.
  split; [apply Rmax_lub | apply Rmin_glb]; assumption.
Qed.

Lemma times_ok : forall p i t, (0 < p)%Z -> within i t -> within (times p i) (IZR p * t).
Proof.
  intros p i t Hp [H1 H2]. apply IZR_lt in Hp. unfold within, times. cbn [fst snd].
  rewrite !mult_IZR. split; apply Rmult_le_compat_l; lra.
Qed.

Lemma opposite_ends_ok : forall i t, within i t -> within (opposite_ends i) (- t).
Proof.
  intros i t [H1 H2]. unfold within, opposite_ends. cbn [fst snd]. rewrite !opp_IZR. lra.
Qed.

(** * Linear combinations *)

Lemma encloses_null : forall eps, noise_at eps -> encloses eps null 0.
Proof.
  intros eps N. pose proof (noise_length _ N). destruct N as (more & -> & _).
  split; cbn [null vector length radius dot]; [assumption|]. exists 0. lra.
Qed.

Lemma accumulate_ok : forall eps z w y t u, encloses eps z t -> encloses eps y u ->
  encloses eps (accumulate z (w, y)) (t + IZR w * u).
Proof.
  intros eps z w y t u [Lz (s & S & ->)] [Ly (r & R & ->)].
  split; cbn [accumulate vector radius]; [rewrite length_multiply_add; lia|].
  exists (IZR w * r + s). rewrite plus_IZR, mult_IZR, abs_IZR, dot_multiply_add.
  split; [|ring]. unfold Rabs. destruct (Rcase_abs (IZR w)); split; nra.
Qed.

(** The parts stand for the numbers us. *)
Fixpoint combination (parts : list (Z * zonotope)) (us : list R) : R :=
  match parts, us with
  | (w, _) :: parts', u :: us' => IZR w * u + combination parts' us'
  | _, _ => 0
  end.

Lemma linear_ok : forall eps parts us, noise_at eps -> Forall2 (encloses eps) (map snd parts) us ->
  encloses eps (linear parts) (combination parts us).
Proof.
  intros eps parts us N H. unfold linear.
  assert (G : forall z t, encloses eps z t ->
              encloses eps (fold_left accumulate parts z) (t + combination parts us)).
  { revert us H. induction parts as [|[w y] parts IH]; intros us H z t E; inversion H; subst;
      cbn [map fold_left combination snd] in *.
    - rewrite Rplus_0_r. assumption.
    - rewrite <- Rplus_assoc. apply IH; [assumption|]. apply accumulate_ok; assumption. }
  specialize (G null 0 (encloses_null _ N)). rewrite Rplus_0_l in G. assumption.
Qed.

Lemma rounded_vector : forall g f v eps, floors g f -> Forall small eps ->
  exists s, - IZR (count v) <= s <= IZR (count v) /\ g * dot v eps = dot (map f v) eps + s.
Proof.
  intros g f v eps F.
  assert (C : forall v n, (fold_left (fun n (_ : Z) => n + 1) v n = n + Z.of_nat (length v))%Z).
  { clear. induction v as [|c v IH]; intros n; cbn [fold_left length]; [lia|]. rewrite IH. lia. }
  unfold count. rewrite C, Z.add_0_l. clear C. revert eps.
  induction v as [|c v IH]; intros eps H.
  - exists 0. cbn [length map dot]. simpl IZR. lra.
  - destruct H as [|t eps [H1 H2] H].
    + exists 0. cbn [map dot]. pose proof (IZR_le 0 (Z.of_nat (length (c :: v))) ltac:(lia)). lra.
    + destruct (IH _ H) as (s & S & E). cbn [map dot length].
      rewrite Nat2Z.inj_succ, succ_IZR. specialize (F c).
      exists ((g * IZR c - IZR (f c)) * t + s). split; [nra|].
      rewrite Rmult_plus_distr_l, E. ring.
Qed.

Lemma rounded_ok : forall g f eps z t, 0 <= g -> floors g f -> noise_at eps -> encloses eps z t ->
  encloses eps (rounded f z) (g * t).
Proof.
  intros g f eps z t Hg F N [L (s & S & ->)]. apply noise_small in N.
  split; cbn [rounded vector radius]; [rewrite map_length; assumption|].
  destruct (rounded_vector g f (vector z) eps F N) as (r & R & E). specialize (F (radius z)).
  exists (r + g * s). rewrite !plus_IZR. split; [|rewrite Rmult_plus_distr_l, E; ring].
  assert (- (g * IZR (radius z)) <= g * s <= g * IZR (radius z)) by nra. lra.
Qed.

(** * New noise *)

Lemma noisy_ok : forall eps noise z i t u z' noise', noise_at eps -> length eps = noise ->
  encloses eps z t -> within i u -> noisy noise z i = (z', noise') ->
  exists eps', grows eps eps' /\ length eps' = noise' /\ encloses eps' z' (t + u).
Proof.
  intros eps noise z [l h] t u z' noise' N <- [L (s & S & ->)] [U1 U2] H.
  pose proof (noise_length _ N) as Len. unfold noisy in H. cbv zeta in H. cbn [fst snd] in *.
  set (m := Z.shiftr (l + h) 1) in *. pose proof (halves (l + h)) as M. fold m in M.
  destruct (Z.ltb_spec l h) as [K|K]; injection H as <- <-.
  - set (k := (h - m)%Z) in *. exists (eps ++ [(u - IZR m) / IZR k]).
    assert (P : 0 < IZR k) by (apply IZR_lt; unfold k; lia).
    assert (Q : IZR k * ((u - IZR m) / IZR k) = u - IZR m) by (field; lra).
    assert (B1 : IZR m - IZR k <= IZR l) by (rewrite <- minus_IZR; apply IZR_le; unfold k; lia).
    assert (B2 : IZR h = IZR m + IZR k) by (rewrite <- plus_IZR; f_equal; unfold k; lia).
    assert (G : grows eps (eps ++ [(u - IZR m) / IZR k])).
    { eexists. split; [reflexivity|]. constructor; [|constructor].
      split; apply Rmult_le_reg_l with (IZR k); lra. }
    split; [exact G|]. split; [rewrite app_length; cbn [length]; lia|]. split; cbn [vector].
    + rewrite !length_add_at, app_length. cbn [length]. lia.
    + exists s. cbn [radius]. split; [assumption|].
      rewrite !dot_add_at, noise_first by (eapply grows_noise; eassumption).
      rewrite dot_app by assumption. rewrite app_nth2, Nat.sub_diag by lia. cbn [nth].
      rewrite Q. ring.
  - exists eps. split; [apply grows_refl|]. split; [reflexivity|]. split; cbn [vector].
    + rewrite length_add_at. lia.
    + exists s. cbn [radius]. split; [assumption|]. rewrite dot_add_at, noise_first by assumption.
      assert (l = h) by (apply Z.le_antisymm; [apply le_IZR; lra | assumption]).
      assert (m = l) by lia. subst l m. replace (Z.shiftr (h + h) 1) with h in * by lia.
      lra.
Qed.

(** ** Relu *)

Lemma relu_line : forall s l u S, 0 <= S <= 65536 -> l <= s <= u ->
  0 <= 65536 * relu s - S * s <= Rmax (- S * l) ((65536 - S) * u).
Proof.
  intros s l u S HS H. pose proof (Rmax_l (- S * l) ((65536 - S) * u)).
  pose proof (Rmax_r (- S * l) ((65536 - S) * u)).
  destruct (relu_cases s) as [[P ->]|[P ->]]; split; nra.
Qed.

Lemma relu_zonotope_ok : forall eps noise z i t z' width noise', noise_at eps ->
  length eps = noise -> encloses eps z t -> within i t ->
  relu_zonotope noise z i = (z', width, noise') ->
  exists eps', grows eps eps' /\ length eps' = noise' /\ encloses eps' z' (relu t).
Proof.
  intros eps noise z [l h] t z' width noise' N Len E [I1 I2] H. unfold relu_zonotope in H.
  cbn [fst snd] in *. destruct (Z.leb_spec 0 l) as [Hl|Hl].
  { injection H as <- _ <-. exists eps. split; [apply grows_refl|]. split; [assumption|].
    apply IZR_le in Hl. rewrite relu_pos by lra. assumption. }
  destruct (Z.leb_spec h 0) as [Hh|Hh].
  { injection H as <- _ <-. exists eps. split; [apply grows_refl|]. split; [assumption|].
    apply IZR_le in Hh. rewrite relu_neg by lra. apply encloses_null. assumption. }
  set (slope := (Z.shiftl h 16 / (h - l))%Z) in *. set (top := Z.max _ _) in *.
  set (w := (- Z.shiftr (- top) 16)%Z) in *.
  destruct (noisy noise _ _) as [z1 n1] eqn:W. injection H as <- _ <-.
  assert (HS : (0 <= slope <= 65536)%Z).
  { unfold slope. rewrite Z.shiftl_mul_pow2 by lia. change (2 ^ 16)%Z with 65536%Z.
    split; [apply Z.div_pos; lia|]. apply Z.div_le_upper_bound; lia. }
  destruct HS as [HS1 HS2]. apply IZR_le in HS1, HS2.
  pose proof (relu_line t (IZR l) (IZR h) (IZR slope) ltac:(lra) ltac:(lra)) as Line.
  assert (T : IZR top = Rmax (- IZR slope * IZR l) ((65536 - IZR slope) * IZR h))
    by (unfold top; rewrite max_IZR, !mult_IZR, opp_IZR, minus_IZR; reflexivity).
  rewrite <- T in Line.
  assert (Hw : IZR top <= 65536 * IZR w).
  { unfold w. rewrite opp_IZR. pose proof (floors_shift 1 (- top)%Z) as [F _].
    rewrite Z.mul_1_l, opp_IZR in F. lra. }
  assert (R : encloses eps (rounded (fun c => Z.shiftr (slope * c)%Z 16) z) (IZR slope / 65536 * t))
    by (apply rounded_ok; try assumption; [lra | apply floors_shift]).
  replace (relu t) with (IZR slope / 65536 * t + (relu t - IZR slope / 65536 * t)) by ring.
  eapply noisy_ok; [exact N | exact Len | exact R | | exact W]. split; cbn [fst snd]; lra.
Qed.

(** ** Differences *)

Lemma relu_monotone : forall a b, a <= b -> relu a <= relu b.
Proof. intros a b H. apply Rle_max_compat_l. assumption. Qed.

Lemma positive_part_ok : forall i t, within i t -> within (positive_part i) (relu t).
Proof.
  intros i t [H1 H2]. unfold within, positive_part. cbn [fst snd].
  rewrite !max_IZR, !(Rmax_comm _ 0). split; apply relu_monotone; assumption.
Qed.

Lemma rise_ok : forall i j k x y, within i x -> within j y -> within k (y - x) ->
  within (rise i j k) (relu y - relu x).
Proof.
  intros i j k x y X Y [D1 D2]. apply positive_part_ok in X, Y. unfold rise.
  destruct (positive_part i) as [a b], (positive_part j) as [c e].
  destruct X as [X1 X2], Y as [Y1 Y2]. cbn [fst snd] in *.
  apply meet_ok; unfold within; cbn [fst snd]; [|rewrite !minus_IZR; lra].
  rewrite min_IZR, max_IZR.
  pose proof (Rmin_l 0 (IZR (fst k))). pose proof (Rmin_r 0 (IZR (fst k))).
  pose proof (Rmax_l 0 (IZR (snd k))). pose proof (Rmax_r 0 (IZR (snd k))).
  destruct (relu_cases x) as [[? ->]|[? ->]], (relu_cases y) as [[? ->]|[? ->]]; lra.
Qed.

Lemma slope_and_rest_ok : forall i j k x y w s r, within i x -> within j y -> within k (y - x) ->
  slope_and_rest i j k = (w, (s, r)) -> within r (2 * (relu y - relu x) - IZR s * (y - x)).
Proof.
  intros i j k x y w s r X Y D H. pose proof (rise_ok _ _ _ _ _ X Y D) as Flat.
  assert (D' : within (opposite_ends k) (- y - - x)).
  { replace (- y - - x) with (- (y - x)) by ring. apply opposite_ends_ok. assumption. }
  pose proof (rise_ok _ _ _ _ _ (opposite_ends_ok _ _ X) (opposite_ends_ok _ _ Y) D') as Steep.
  rewrite !relu_opposite in Steep. unfold slope_and_rest in H.
  assert (N : forall a b, narrower a b = a \/ narrower a b = b)
    by (intros a b; unfold narrower; destruct (_ <=? _)%Z; auto).
  match type of H with narrower (narrower ?a ?b) ?c = _ =>
    destruct (N (narrower a b) c) as [E|E];
      [destruct (N a b) as [E'|E']; rewrite E' in E, H|]; rewrite E in H end;
    injection H as _ <- <-.
  - apply (times_ok 2) in Flat; [|lia].
    replace (2 * (relu y - relu x) - 0 * (y - x)) with (2 * (relu y - relu x)) by ring.
    assumption.
  - apply (times_ok 2) in Steep; [|lia].
    replace (2 * (relu y - relu x) - 2 * (y - x)) with (2 * (relu y - y - (relu x - x))) by ring.
    assumption.
  - destruct D as [D1 D2]. unfold within. cbn [fst snd]. rewrite opp_IZR, max_IZR, opp_IZR.
    pose proof (Rmax_l (- IZR (fst k)) (IZR (snd k))).
    pose proof (Rmax_r (- IZR (fst k)) (IZR (snd k))).
    destruct (relu_cases x) as [[? ->]|[? ->]], (relu_cases y) as [[? ->]|[? ->]]; lra.
Qed.

Lemma follow_ok : forall eps noise p q xz dz s r x y X z' noise', noise_at eps ->
  length eps = noise -> (0 < p)%Z -> encloses eps xz X -> encloses eps dz (y - x) ->
  within r (2 * (relu y - relu x) - IZR s * (y - x)) ->
  follow noise p q xz dz (s, r) = (z', noise') ->
  exists eps', grows eps eps' /\ length eps' = noise' /\
               encloses eps' z' ((IZR q * X + (relu y - relu x)) / IZR p).
Proof.
  intros eps noise p q xz dz s r x y X z' noise' N Len Hp Ex Ed R H. unfold follow in H.
  destruct (noisy noise _ r) as [twice n] eqn:W. injection H as <- <-.
  eapply noisy_ok with (t := 2 * IZR q * X + IZR s * (y - x)) in W;
    [|exact N | exact Len | | exact R].
  - destruct W as (eps' & G & L & E). exists eps'. split; [assumption|]. split; [assumption|].
    pose proof (IZR_lt _ _ Hp) as Hp'.
    eapply rounded_ok in E; [| |apply (floors_div (2 * p)) | eapply grows_noise; eassumption];
      [|apply Rlt_le, Rinv_0_lt_compat; rewrite mult_IZR; lra | lia].
    rewrite mult_IZR in E. unfold quotient.
    match type of E with encloses _ _ ?a => match goal with |- encloses _ _ ?b =>
      replace b with a; [exact E|] end end.
    field. lra.
  - pose proof (linear_ok eps [((2 * q)%Z, xz); (s, dz)] [X; y - x] N) as Li.
    cbn [combination] in Li. rewrite mult_IZR in Li.
    match type of Li with _ -> encloses _ _ ?a => match goal with |- encloses _ _ ?b =>
      replace b with a by ring end end.
    apply Li. constructor; [assumption|]. constructor; [assumption | constructor].
Qed.
