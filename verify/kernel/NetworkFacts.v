(** The first state of a proof is true: bounds, inputs, the symbolic values of both networks. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Calculus Script Check.
From Relucert Require Import ExpressionFacts CalculusFacts.
Import ListNotations.
Open Scope R_scope.

(** * Consecutive variables *)

Lemma variables_seq : forall count v,
  variables count v = map Pos.of_nat (seq (Pos.to_nat v) count).
Proof.
  induction count as [|count IH]; intros v; cbn [variables seq map]; [reflexivity|].
  rewrite Pos2Nat.id, IH, Pos2Nat.inj_succ. reflexivity.
Qed.

Lemma length_variables : forall count v, length (variables count v) = count.
Proof. intros. rewrite variables_seq, map_length, seq_length. reflexivity. Qed.

Lemma map_nth_seq : forall (y : list R), map (fun k => nth k y 0) (seq 0 (length y)) = y.
Proof.
  induction y as [|t y IH]; cbn [length seq map nth]; [reflexivity|]. f_equal.
  rewrite <- seq_shift, map_map. apply IH.
Qed.

Lemma point_variables : forall y, map (point y) (variables (length y) 2) = y.
Proof.
  intros y. rewrite variables_seq, map_map. change (Pos.to_nat 2) with 2%nat.
  rewrite <- !seq_shift, !map_map. rewrite <- (map_nth_seq y) at 2. apply map_ext. intros k.
  unfold point. rewrite Nat2Pos.id by lia. reflexivity.
Qed.

Lemma in_variables : forall count v w, In w (variables count v) ->
  (Pos.to_nat v <= Pos.to_nat w < Pos.to_nat v + count)%nat.
Proof.
  intros count v w H. rewrite variables_seq in H. apply in_map_iff in H as (k & <- & H).
  apply in_seq in H. rewrite Nat2Pos.id by lia. lia.
Qed.

(** * Inputs *)

Section Start.
Variable n : positive.
Variable D : domain.
Variable x : list R.
Hypothesis arity : length x = Pos.to_nat n.
Hypothesis fitting : domain_fits n D = true.
Hypothesis inside_D : inside D x.

Notation last := (last_of n).
Notation unit := (unit_of D).
Notation fine := (fine_of D).
Notation models := (models last x).

Lemma unit_positive : (0 < unit)%Z.
Proof.
  clear - fitting. unfold unit_of, domain_fits in *. destruct (box D) as [[u ends]|]; lia.
Qed.

Lemma inputs_are : forall rho args, models args rho -> map rho (variables (length x) 2) = x.
Proof.
  intros rho args [H _]. rewrite <- (point_variables x) at 2. apply map_ext_in. intros v Hv.
  apply H. apply in_variables in Hv. rewrite arity in Hv. unfold last_of. lia.
Qed.

Lemma fine_positive : (0 < fine)%Z.
Proof. apply Z.mul_pos_pos; [exact unit_positive | reflexivity]. Qed.

(** low <= unit * t <= high *)
Definition within (e : Z * Z) (t : R) : Prop := IZR (fst e) <= IZR unit * t <= IZR (snd e).

Lemma ends_hold : forall u ends, box D = Some (u, ends) -> Forall2 within ends x.
Proof.
  intros u ends E. pose proof unit_positive as U. apply IZR_lt in U.
  pose proof (proj1 inside_D) as H. unfold within, unit_of in *. rewrite E in *.
  clear - U H. induction H as [|[low high] t ends xs [H1 H2] _ IH]; constructor; [|assumption].
  cbn [fst snd] in *. unfold Rdiv in *.
  assert (C : forall r, IZR u * (r * / IZR u) = r) by (intros; field; lra).
  pose proof (Rmult_le_compat_l (IZR u) _ _ ltac:(lra) H1) as G1.
  pose proof (Rmult_le_compat_l (IZR u) _ _ ltac:(lra) H2) as G2.
  rewrite C in G1, G2. lra.
Qed.

Definition bounded (b : Map.t interval) (rho : positive -> R) : Prop :=
  forall v l h, Map.find v b = Some (l, h) ->
  (forall a, l = Some a -> IZR a <= IZR fine * rho v) /\
  (forall a, h = Some a -> IZR fine * rho v <= IZR a).

Lemma box_bounds_ok : forall ends xs p b rho, Forall2 within ends xs ->
  map rho (variables (length xs) p) = xs -> bounded b rho -> bounded (box_bounds p ends b) rho.
Proof.
  intros ends xs p b rho H. revert p b. induction H as [|[low high] t ends xs W _ IH];
    intros p b E B; cbn [box_bounds]; [assumption|].
  cbn [length variables map] in E. injection E as E1 E2. apply IH; [assumption|].
  intros v l h F. apply find_add in F as [[-> F]|F]; [|auto]. injection F as -> ->.
  rewrite E1. destruct W as [W1 W2]. cbn [fst snd] in *.
  split; intros a A; injection A as <-; unfold fine_of; rewrite !mult_IZR;
    replace (IZR unit * IZR fineness * t) with (IZR unit * t * IZR fineness) by ring;
    (apply Rmult_le_compat_r; [apply IZR_le; discriminate | assumption]).
Qed.

Lemma box_inputs_ok : forall ends xs p rho, rho 1%positive = 1 -> Forall2 within ends xs ->
  map rho (variables (length xs) p) = xs ->
  map (fun e => ev e rho) (box_inputs unit p ends) = map (Rmult (IZR unit)) xs.
Proof.
  intros ends xs p rho One H. revert p. induction H as [|[low high] t ends xs W _ IH];
    intros p E; cbn [box_inputs map]; [reflexivity|].
  cbn [length variables map] in E. injection E as E1 E2. f_equal; [|apply IH; assumption].
  destruct W as [W1 W2]. cbn [fst snd] in *. destruct (Z.ltb_spec low high) as [L|L].
  - cbn [ev]. rewrite E1. lra.
  - rewrite ev_constant by assumption. apply IZR_le in L. lra.
Qed.

Lemma scaled_inputs_ok : forall args rho, models args rho ->
  map (fun e => ev e rho) (scaled_inputs n D) = map (Rmult (IZR unit)) x.
Proof.
  intros args rho M. pose proof (inputs_are _ _ M) as X. pose proof (model_one _ _ _ _ M) as One.
  pose proof ends_hold as W. pose proof (fun ends => box_inputs_ok ends x 2 rho One) as B.
  unfold scaled_inputs, within, unit_of in *. destruct (box D) as [[u ends]|]; [eauto|].
  rewrite <- arity, map_map. rewrite <- X at 2. rewrite map_map. apply map_ext.
  intros v. cbn [the ev]. lra.
Qed.

Lemma first_bounds_ok : forall args rho, models args rho -> bounded (first_bounds D) rho.
Proof.
  intros args rho M. pose proof (inputs_are _ _ M) as X. pose proof (model_one _ _ _ _ M) as One.
  assert (B : bounded (Map.add 1%positive (Some fine, Some fine) (Map.empty interval)) rho).
  { intros v l h F. apply find_add in F as [[-> F]|F]; [|rewrite Map.gempty in F; discriminate].
    injection F as -> ->. rewrite One. split; intros a A; injection A as <-; lra. }
  unfold first_bounds. pose proof ends_hold as W. destruct (box D) as [[u ends]|]; [|exact B].
  apply box_bounds_ok with x; [eapply W; reflexivity | assumption | assumption].
Qed.

(** * The first state *)

Definition zero (v : positive) : R := 0.

Lemma nothing_true : forall b, true_at fine last x zero (nothing n D b).
Proof.
  intros b. split.
  - cbn [nothing arguments]. split.
    + intros k a H. rewrite Map.gempty in H. discriminate.
    + exists (point x). split; [reflexivity|]. intros k a H. rewrite Map.gempty in H. discriminate.
    + intros rho1 rho2 [M1 _] [M2 _] v [H|[a H]]; [|rewrite Map.gempty in H; discriminate].
      unfold is_symbol in H. apply Pos.ltb_ge in H. rewrite M1, M2 by assumption. reflexivity.
  - intros rho M. split; cbn [nothing bounds value partial rows targets].
    + eapply first_bounds_ok. exact M.
    + intros k e H. rewrite Map.gempty in H. discriminate.
    + intros k e H. rewrite Map.gempty in H. discriminate.
    + intros r e H. rewrite Map.gempty in H. discriminate.
    + intros v. unfold entry. rewrite Map.gempty. reflexivity.
Qed.

Lemma with_domain_true : forall b, true_at fine last x zero (with_domain n D b).
Proof.
  intros b. unfold with_domain. pose proof (nothing_true b) as T0. pose proof (proj2 inside_D) as H.
  assert (U : forallb (fun h => up_to (last_of n) (fst h)) (halfspaces D) = true).
  { pose proof fitting as Fit. unfold domain_fits in Fit. apply andb_prop in Fit as [_ Fit].
    rewrite forallb_forall in *. intros h Hh. specialize (Fit h Hh). apply andb_prop in Fit.
    apply Fit. }
  revert T0. generalize (nothing n D b). induction H as [|[normal offset] l Hh _ IH];
    intros s T0; cbn [fold_left]; [assumption|].
  cbn [forallb fst snd] in *. apply andb_prop in U as [U1 U2]. apply IH; [assumption|].
  apply add_row_ok; [assumption|]. intros rho M. pose proof (model_one _ _ _ _ M) as One.
  unfold opposite. rewrite ev_add, ev_scale, ev_constant by assumption.
  assert (E : ev normal rho = ev normal (point x)); [|lra].
  apply ev_ext. intros t Ht. apply M. unfold up_to in U1. rewrite forallb_forall in U1.
  apply Pos.leb_le. exact (U1 t Ht).
Qed.

End Start.

(** * Networks *)

Section Networks.
Variable fine : Z.
Variable last : positive.
Variable x : list R.
Hypothesis fine_positive : (0 < fine)%Z.

Notation models := (models last x).
Notation true_at := (true_at fine last x).
Notation extends := (extends last x).

(** In every model the expressions have these values. *)
Definition valued (s : state) (es : list expression) (ys : list R) : Prop :=
  forall rho, models (arguments s) rho -> map (fun e => ev e rho) es = ys.

Lemma valued_extends : forall s s' es ys, extends s s' -> valued s es ys -> valued s' es ys.
Proof. intros s s' es ys [X _] H rho M. auto. Qed.

Lemma relus_ok : forall tau es s s' ys ts, true_at tau s -> valued s es ts ->
  relus last s es = Some (s', ys) ->
  true_at tau s' /\ extends s s' /\ valued s' ys (map Semantics.relu ts).
Proof.
  intros tau. induction es as [|e es IH]; intros s s' ys ts T V H; cbn [relus] in H.
  - injection H as <- <-. split; [assumption|]. split; [apply extends_refl|].
    intros rho M. rewrite <- (V _ M). reflexivity.
  - destruct (relu last s e) as [[s1 y]|] eqn:R; [|discriminate].
    destruct (relus last s1 es) as [[s2 zs]|] eqn:RS; [|discriminate]. injection H as <- <-.
    destruct (relu_ok _ _ _ fine_positive _ _ _ _ _ T R) as (T1 & X1 & V1).
    assert (V' : valued s1 es (tl ts)).
    { intros rho M. apply X1 in M. rewrite <- (V _ M). reflexivity. }
    destruct (IH _ _ _ _ T1 V' RS) as (T2 & X2 & V2). split; [assumption|].
    split; [eapply extends_trans; eassumption|]. intros rho M. cbn [map].
    rewrite (V2 _ M). apply X2 in M. rewrite (V1 _ M). apply X1 in M. rewrite <- (V _ M).
    reflexivity.
Qed.

Lemma ev_multiple : forall q e rho, ev e (fun v => q * rho v) = q * ev e rho.
Proof. induction e as [|[v c] e IH]; intros rho; cbn [ev]; [lra|]. rewrite IH. lra. Qed.

Lemma layer_rows_ok : forall s factor L values y, (0 < denominator L)%Z ->
  valued s values (map (Rmult (IZR factor)) y) ->
  valued s (layer_rows factor L values) (map (Rmult (IZR (factor * denominator L))) (affine L y)).
Proof.
  intros s factor L values y HD V rho M. apply IZR_lt in HD. unfold layer_rows, affine.
  rewrite !map_map. apply map_ext. intros row.
  rewrite (ev_substitute _ _ (fun v => IZR factor * point y v)).
  - rewrite ev_multiple, mult_IZR. field. lra.
  - intros v g H. injection H as <-. symmetry. apply ev_entry. cbn [map]. f_equal; [|auto].
    rewrite ev_constant by (eapply model_one; exact M). lra.
  - discriminate.
Qed.

Lemma evaluate_ok : forall tau N s factor values y s' es, true_at tau s -> (0 < factor)%Z ->
  Forall (fun L => (0 < denominator L)%Z) N ->
  valued s values (map (Rmult (IZR factor)) y) ->
  evaluate last s factor N values = Some (s', es) ->
  true_at tau s' /\ extends s s' /\
  valued s' es (map (Rmult (IZR (factor * scale_of N))) (outputs N y)).
Proof.
  intros tau. induction N as [|L N IH]; intros s factor values y s' es T HF HN V H.
  - cbn [evaluate] in H. injection H as <- <-. split; [assumption|]. split; [apply extends_refl|].
    cbn [scale_of fold_right outputs]. rewrite Z.mul_1_r. assumption.
  - inversion HN as [|? ? HD HN']. subst. pose proof (layer_rows_ok _ _ _ _ _ HD V) as V1.
    destruct N as [|L' N].
    + cbn [evaluate] in H. injection H as <- <-. split; [assumption|].
      split; [apply extends_refl|]. cbn [scale_of fold_right outputs]. rewrite Z.mul_1_r.
      assumption.
    + remember (L' :: N) as N' eqn:E.
      assert (H' : match relus last s (layer_rows factor L values) with
                   | None => None
                   | Some (s1, ys) => evaluate last s1 (factor * denominator L) N' ys
                   end = Some (s', es)) by (rewrite E in H |- *; exact H).
      destruct (relus last s _) as [[s1 ys]|] eqn:R; [|discriminate].
      destruct (relus_ok _ _ _ _ _ _ T V1 R) as (T1 & X1 & V2).
      assert (HP : (0 < factor * denominator L)%Z) by (apply Z.mul_pos_pos; assumption).
      destruct (IH s1 (factor * denominator L)%Z ys (map Semantics.relu (affine L y)) s' es)
        as (T2 & X2 & V3); try assumption.
      * intros rho M. rewrite (V2 _ M), !map_map. apply map_ext. intros t. apply relu_scale.
        apply IZR_lt. assumption.
      * split; [assumption|]. split; [eapply extends_trans; eassumption|].
        replace (outputs (L :: N') y) with (outputs N' (map Semantics.relu (affine L y)))
          by (rewrite E; reflexivity).
        replace (factor * scale_of (L :: N'))%Z with (factor * denominator L * scale_of N')%Z;
          [assumption|]. cbn [scale_of fold_right]. fold (scale_of N'). ring.
Qed.

(** Targets with known values. *)
Lemma question_ok : forall tau s ts t os, true_at tau s -> valued s ts t ->
  true_at (point t) (set_question (table (constant 1 :: ts)) os s).
Proof.
  intros tau s ts t os [S F] V. split; [exact S|]. intros rho M.
  destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption. intros v.
  cbn [set_question targets]. rewrite (ev_entry 1 rho _ t); [lra|].
  cbn [map]. f_equal.
  - rewrite ev_constant by (eapply model_one; exact M). lra.
  - rewrite (V _ M). symmetry. rewrite (map_ext _ (fun r => r)) by (intros; lra). apply map_id.
Qed.

End Networks.

Lemma scale_positive : forall N, Forall (fun L => (0 < denominator L)%Z) N -> (0 < scale_of N)%Z.
Proof.
  intros N H. induction H as [|L N HL _ IH]; cbn [scale_of fold_right]; [lia|].
  apply Z.mul_pos_pos; assumption.
Qed.

Lemma fits_positive : forall N width, fits width N = true ->
  Forall (fun L => (0 < denominator L)%Z) N.
Proof.
  induction N as [|L N IH]; intros width H; cbn [fits] in H; constructor.
  - apply andb_prop in H as [H _]. apply andb_prop in H as [H _]. lia.
  - apply andb_prop in H as [_ H]. eauto.
Qed.

Lemma length_outputs : forall N y, N <> [] -> length (outputs N y) = count_outputs N.
Proof.
  induction N as [|L N IH]; intros y H; [congruence|]. destruct N as [|L' N].
  - cbn [outputs]. unfold affine, count_outputs. cbn [rev app]. apply map_length.
  - change (outputs (L :: L' :: N) y)
      with (outputs (L' :: N) (map Semantics.relu (affine L y))).
    rewrite IH by discriminate. unfold count_outputs. cbn [rev].
    destruct (rev N ++ [L']) as [|L0 M] eqn:E; [|reflexivity].
    apply app_eq_nil in E as [_ E]. discriminate.
Qed.
