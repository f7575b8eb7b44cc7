(** Every rule of Calculus.v keeps what is known at a fixed point x of the domain true. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Calculus ExpressionFacts.
Import ListNotations.
Open Scope R_scope.

#[local] Opaque iterate add.  (* or conversion would run its loops *)

Section Facts.
Variable fine : Z.
Variable last : positive.
Variable x : list R.
Hypothesis fine_positive : (0 < fine)%Z.

(** [rho] says what the variables are: the inputs are x, and symbols are what they stand for. *)
Definition models (args : Map.t expression) (rho : positive -> R) : Prop :=
  (forall v, (v <= last)%positive -> rho v = point x v) /\
  (forall k a, Map.find k args = Some a -> rho k = Semantics.relu (ev a rho)).

(** What a state knows is true; [tau] are the values of the targets. *)
Record facts (s : state) (tau rho : positive -> R) : Prop := Facts
  { bounds_true : forall v l h, Map.find v (bounds s) = Some (l, h) ->
      (forall b, l = Some b -> IZR b <= IZR fine * rho v) /\
      (forall b, h = Some b -> IZR fine * rho v <= IZR b);
    value_true : forall k e, Map.find k (value s) = Some e -> rho k = ev e rho;
    partial_true : forall k e, Map.find k (partial s) = Some e -> rho k = Semantics.relu (ev e rho);
    rows_true : forall r e, Map.find r (rows s) = Some e -> 0 <= ev e rho;
    targets_true : forall v, tau v = ev (entry (targets s) v) rho }.

Definition here (args : Map.t expression) (v : positive) : Prop :=
  is_symbol last v = false \/ exists a, Map.find v args = Some a.

(** Arguments mention inputs and symbols that exist, and determine what symbols are. *)
Record sane (args : Map.t expression) : Prop := Sane
  { closed : forall k a, Map.find k args = Some a ->
      is_symbol last k = true /\ forall t, In t a -> here args (fst t);
    inhabited : exists rho, models args rho;
    determined : forall rho1 rho2, models args rho1 -> models args rho2 ->
      forall v, here args v -> rho1 v = rho2 v }.

Definition true_at (tau : positive -> R) (s : state) : Prop :=
  sane (arguments s) /\ forall rho, models (arguments s) rho -> facts s tau rho.

(** s' knows more than s and is asked the same. *)
Definition extends (s s' : state) : Prop :=
  (forall rho, models (arguments s') rho -> models (arguments s) rho) /\
  obligations s' = obligations s.

Lemma extends_refl : forall s, extends s s.
Proof. split; auto. Qed.

Lemma extends_trans : forall s1 s2 s3, extends s1 s2 -> extends s2 s3 -> extends s1 s3.
Proof. intros s1 s2 s3 [A B] [C D]. split; [auto | congruence]. Qed.

Lemma model_one : forall args rho, models args rho -> rho 1%positive = 1.
Proof. intros args rho [H _]. rewrite H by lia. reflexivity. Qed.

Lemma real_fine : 0 < IZR fine.
Proof. apply IZR_lt. assumption. Qed.

Lemma existing_here : forall s v, existing last s v = true -> here (arguments s) v.
Proof.
  intros s v H. unfold existing in H. apply orb_prop in H as [H|H]; [left|right].
  - destruct (is_symbol last v); [discriminate | reflexivity].
  - rewrite Map.mem_find in H.
    destruct (Map.find v (arguments s)); [eexists; reflexivity | discriminate].
Qed.

Lemma all_here : forall s (a : expression), forallb (fun t => existing last s (fst t)) a = true ->
  forall t, In t a -> here (arguments s) (fst t).
Proof. intros s a H t Ht. apply existing_here. rewrite forallb_forall in H. auto. Qed.

(** ** Bounds and known values *)

Lemma minimum_from_ok : forall s tau rho, facts s tau rho -> forall e low m,
  minimum_from low (bounds s) e = Some m -> IZR m <= IZR low + IZR fine * ev e rho.
Proof.
  intros s tau rho F. induction e as [|[v c] e IH]; intros low m H; cbn [minimum_from ev] in *.
  - injection H as <-. lra.
  - destruct (Map.find v (bounds s)) as [[l h]|] eqn:E; [|discriminate].
    destruct (bounds_true _ _ _ F _ _ _ E) as [Hl Hh].
    destruct (Z.ltb_spec c 0) as [C|C]; apply IZR_lt in C || apply IZR_le in C.
    + destruct h as [b|]; [|discriminate]. specialize (Hh b eq_refl). apply IH in H.
      rewrite plus_IZR, mult_IZR in H.
      assert (0 <= - IZR c * (IZR b - IZR fine * rho v)) by (apply Rmult_le_pos; lra). lra.
    + destruct l as [b|]; [|discriminate]. specialize (Hl b eq_refl). apply IH in H.
      rewrite plus_IZR, mult_IZR in H.
      assert (0 <= IZR c * (IZR fine * rho v - IZR b)) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma minimum_ok : forall s tau rho e m, facts s tau rho ->
  minimum (bounds s) e = Some m -> IZR m <= IZR fine * ev e rho.
Proof. intros s tau rho e m F H. eapply minimum_from_ok in H; [|eassumption]. lra. Qed.

Lemma nonnegative : forall s tau rho e m, facts s tau rho ->
  minimum (bounds s) e = Some m -> (0 <=? m)%Z = true -> 0 <= ev e rho.
Proof.
  intros s tau rho e m F H Hm. apply Z.leb_le, IZR_le in Hm. apply (minimum_ok _ _ _ _ _ F) in H.
  apply positive_factor with (IZR fine); [apply real_fine | lra].
Qed.

Lemma replaced_ok : forall s tau rho e, facts s tau rho ->
  match replaced last s e with inl e' => ev e' rho = ev e rho | inr e' => ev e' rho = ev e rho end.
Proof.
  intros s tau rho e F. unfold replaced.
  assert (H : ev (fst (separate (known_value last s) e)) rho
              + weighted (snd (separate (known_value last s) e)) rho = ev e rho).
  { apply separate_ok; [|reflexivity]. intros v g H. unfold known_value in H.
    destruct (is_symbol last v); [|discriminate]. eapply value_true; eassumption. }
  destruct (separate (known_value last s) e) as [kept [|p parts]]; [reflexivity|].
  rewrite ev_weighted_sum. cbn [weighted fst snd] in *. lra.
Qed.

Lemma ev_reduced : forall s tau rho e, facts s tau rho -> ev (reduced last s e) rho = ev e rho.
Proof.
  intros s tau rho e F. unfold reduced. pose proof (replaced_ok s tau rho e F) as H.
  destruct (replaced last s e) as [e'|e']; [|reflexivity].
  pose proof (iterate_ok _ _ (fun a => ev a rho = ev e rho) (fun a => ev a rho = ev e rho)
                         (replaced last s)) as L.
  assert (G : match iterate 40 (replaced last s) e' with
              | inl a | inr a => ev a rho = ev e rho end).
  { apply L; [|assumption]. intros a Ha. pose proof (replaced_ok s tau rho a F) as K.
    destruct (replaced last s a); lra. }
  destruct (iterate 40 (replaced last s) e'); assumption.
Qed.

(** ** Symbols *)

Lemma symbol_of_ok : forall s a k, symbol_of s a = Some k -> Map.find k (arguments s) = Some a.
Proof.
  intros s a k H. unfold symbol_of in H. apply find_some in H as [_ H].
  destruct (Map.find k (arguments s)) as [b|]; [|discriminate]. apply same_eq in H. congruence.
Qed.

Lemma sane_add : forall s k a, sane (arguments s) -> is_symbol last k = true ->
  Map.find k (arguments s) = None -> (forall t, In t a -> here (arguments s) (fst t)) ->
  sane (Map.add k a (arguments s)) /\
  forall rho, models (Map.add k a (arguments s)) rho ->
    models (arguments s) rho /\ rho k = Semantics.relu (ev a rho).
Proof.
  intros s k a [C I D] Hk Hnone Ha. set (args := arguments s) in *.
  assert (Fresh : forall v, here args v -> v <> k).
  { intros v [Hv|[b Hv]] ->; congruence. }
  assert (Old : forall v, here args v -> here (Map.add k a args) v).
  { intros v Hv. pose proof (Fresh _ Hv) as N. destruct Hv as [H|[b H]]; [left; assumption|].
    right. exists b. rewrite Map.gso; assumption. }
  assert (Below : forall rho, models (Map.add k a args) rho ->
                  models args rho /\ rho k = Semantics.relu (ev a rho)).
  { intros rho [M1 M2]. split; [split; [assumption|]|].
    - intros j b H. apply M2. rewrite Map.gso; [assumption|]. intros ->. congruence.
    - apply M2. apply Map.gss. }
  split; [|assumption]. split.
  - intros j b H. destruct (Pos.eq_dec j k) as [->|N].
    + rewrite Map.gss in H. injection H as <-. auto.
    + rewrite Map.gso in H by assumption. destruct (C _ _ H) as [H1 H2]. auto.
  - destruct I as [rho0 [M1 M2]].
    exists (fun v => if Pos.eqb v k then Semantics.relu (ev a rho0) else rho0 v).
    assert (Same : forall b, (forall t, In t b -> here args (fst t)) ->
              ev b (fun v => if Pos.eqb v k then Semantics.relu (ev a rho0) else rho0 v)
              = ev b rho0).
    { intros b Hb. apply ev_ext. intros t Ht.
      destruct (Pos.eqb_spec (fst t) k) as [E|]; [|reflexivity].
      exfalso. exact (Fresh _ (Hb _ Ht) E). }
    split.
    + intros v Hv. destruct (Pos.eqb_spec v k) as [->|]; [|auto].
      unfold is_symbol in Hk. apply Pos.ltb_lt in Hk. lia.
    + intros j b H. destruct (Pos.eqb_spec j k) as [->|N].
      * rewrite Map.gss in H. injection H as <-. rewrite Same; auto.
      * rewrite Map.gso in H by assumption. destruct (C _ _ H) as [_ H2]. rewrite Same; auto.
  - intros rho1 rho2 R1 R2 v Hv.
    destruct (Below _ R1) as [M1 K1], (Below _ R2) as [M2 K2].
    assert (E : forall w, here args w -> rho1 w = rho2 w) by (apply D; assumption).
    destruct (Pos.eq_dec v k) as [->|N].
    + rewrite K1, K2. f_equal. apply ev_ext. auto.
    + apply E. destruct Hv as [H|[b H]]; [left; assumption|].
      right. exists b. rewrite Map.gso in H by assumption. assumption.
Qed.

Lemma find_add : forall (A : Type) k j (e d : A) m, Map.find j (Map.add k e m) = Some d ->
  (j = k /\ d = e) \/ Map.find j m = Some d.
Proof.
  intros A k j e d m H. destruct (Pos.eq_dec j k) as [->|N].
  - rewrite Map.gss in H. injection H as <-. auto.
  - rewrite Map.gso in H by assumption. auto.
Qed.

Lemma introduce_ok : forall tau s a s' k, true_at tau s -> introduce last s a = Some (s', k) ->
  true_at tau s' /\ extends s s' /\
  forall rho, models (arguments s') rho -> rho k = Semantics.relu (ev a rho).
Proof.
  intros tau s a s' k [S F] H. unfold introduce in H.
  destruct (is_symbol last (next s)) eqn:Hk; [|discriminate].
  destruct (negb (Map.mem (next s) (arguments s))) eqn:Hn; [|discriminate].
  destruct (forallb _ a) eqn:Ha; [|discriminate]. cbn [andb] in H.
  apply negb_true_iff in Hn. rewrite Map.mem_find in Hn.
  destruct (sane_add s (next s) a S Hk) as [S' M'];
    [destruct (Map.find (next s) (arguments s)); [discriminate | reflexivity]
    | apply all_here; assumption|].
  set (low := minimum (bounds s) a) in H. set (high := minimum (bounds s) (opposite a)) in H.
  set (nonneg := match low with Some l => (0 <=? l)%Z | None => false end) in H.
  set (nonpos := match high with Some h => (0 <=? h)%Z | None => false end) in H.
  set (top := match high with Some h => Some (Z.max (- h) 0) | None => None end) in H.
  set (known := if nonneg then Map.add (next s) a (value s)
                else if nonpos then Map.add (next s) [] (value s) else value s) in H.
  injection H as Hs <-. rename s' into s0.
  assert (T : true_at tau s0).
  { rewrite <- Hs. split; [exact S'|]. intros rho R. destruct (M' _ R) as [M K].
    destruct (F _ M) as [F1 F2 F3 F4 F5].
    assert (Low : nonneg = true -> 0 <= ev a rho).
    { unfold nonneg, low. destruct (minimum (bounds s) a) eqn:E; [|discriminate].
      intros G. eapply nonnegative; eauto. }
    assert (High : nonpos = true -> ev a rho <= 0).
    { unfold nonpos, high. destruct (minimum (bounds s) (opposite a)) eqn:E; [|discriminate].
      intros G. assert (0 <= ev (opposite a) rho) by (eapply nonnegative; eauto).
      unfold opposite in *. rewrite ev_scale in *. lra. }
    split; cbn [bounds value partial rows targets].
    - intros v l h G. apply find_add in G as [[-> G]|G]; [|eauto]. injection G as -> ->.
      pose proof real_fine as U. rewrite K. split; intros b Hb.
      + injection Hb as <-. apply Rmult_le_pos; [lra | apply relu_nonneg].
      + revert Hb. unfold top, high.
        destruct (minimum (bounds s) (opposite a)) as [m|] eqn:E; [|discriminate].
        intros Hb. injection Hb as <-. eapply minimum_ok in E; [|eauto].
        unfold opposite in E. rewrite ev_scale in E.
        pose proof (IZR_le _ _ (Z.le_max_l (- m) 0)) as L1. rewrite opp_IZR in L1.
        pose proof (IZR_le _ _ (Z.le_max_r (- m) 0)) as L2.
        destruct (relu_cases (ev a rho)) as [[_ ->]|[_ ->]]; lra.
    - intros j e G. unfold known in G. destruct nonneg.
      + apply find_add in G as [[-> ->]|G]; [|eauto]. rewrite K. apply relu_pos. auto.
      + destruct nonpos; [|eauto]. apply find_add in G as [[-> ->]|G]; [|eauto].
        rewrite K. apply relu_neg. auto.
    - eauto.
    - eauto.
    - assumption. }
  split; [assumption|]. rewrite <- Hs.
  split; [split; [|reflexivity]|]; intros rho R; apply (M' _ R).
Qed.

Lemma relu_ok : forall tau s e s' e', true_at tau s -> relu last s e = Some (s', e') ->
  true_at tau s' /\ extends s s' /\
  forall rho, models (arguments s') rho -> ev e' rho = Semantics.relu (ev e rho).
Proof.
  intros tau s e s' e' T H. unfold relu in H. set (e1 := reduced last s e) in H.
  assert (E1 : forall rho, models (arguments s) rho -> ev e1 rho = ev e rho).
  { intros rho M. eapply ev_reduced. apply (proj2 T _ M). }
  destruct (is_constant e1) eqn:C.
  - injection H as <- <-. split; [assumption|]. split; [apply extends_refl|].
    intros rho M. rewrite <- E1 by assumption.
    assert (One : rho 1%positive = 1) by (eapply model_one; eassumption).
    rewrite (ev_is_constant e1) by assumption. rewrite One.
    destruct (Z.leb_spec 0 (constant_of e1)) as [P|P];
      [apply IZR_le in P; rewrite (ev_is_constant e1), One by assumption; symmetry; apply relu_pos
      | apply IZR_lt in P; symmetry; apply relu_neg]; lra.
  - pose proof (ev_primitive e1) as Q. cbn zeta in Q. set (q := Z.max 1 (content e1)) in *.
    set (a := divide q e1) in *.
    assert (Hq : 0 < IZR q) by (apply IZR_lt; unfold q; lia).
    assert (E2 : forall rho, models (arguments s) rho ->
              Semantics.relu (ev e rho) = IZR q * Semantics.relu (ev a rho)).
    { intros rho M. rewrite <- E1, Q by assumption. apply relu_scale. assumption. }
    assert (Y : forall s1 rho k, true_at tau s1 -> models (arguments s1) rho ->
              ev (reduced last s1 [(k, q)]) rho = IZR q * rho k).
    { intros s1 rho k T1 M. rewrite (ev_reduced s1 tau) by apply (proj2 T1 _ M). simpl. lra. }
    destruct (symbol_of s a) as [k|] eqn:S1; [|destruct (symbol_of s (opposite a)) as [k|] eqn:S2].
    + injection H as <- <-. split; [assumption|]. split; [apply extends_refl|]. intros rho M.
      rewrite Y, E2 by assumption. apply symbol_of_ok in S1. rewrite (proj2 M _ _ S1). reflexivity.
    + injection H as <- <-. split; [assumption|]. split; [apply extends_refl|]. intros rho M.
      rewrite ev_add, ev_scale, (ev_reduced s tau), E2 by (try assumption; apply (proj2 T _ M)).
      apply symbol_of_ok in S2. cbn [the ev]. rewrite (proj2 M _ _ S2). unfold opposite.
      rewrite ev_scale, Q. replace (-1 * ev a rho) with (- ev a rho) by lra.
      rewrite relu_opposite. lra.
    + destruct (introduce last s a) as [[s1 k]|] eqn:S3; [|discriminate]. injection H as <- <-.
      destruct (introduce_ok _ _ _ _ _ T S3) as (T1 & X & K). split; [assumption|].
      split; [assumption|]. intros rho M. rewrite Y, E2, K by (try assumption; apply X; assumption).
      reflexivity.
Qed.

(** ** Recording values *)

Definition says (s : state) (ke : positive * expression) : Prop :=
  forall rho, models (arguments s) rho -> rho (fst ke) = ev (snd ke) rho.

Lemma says_extends : forall s s' ke, extends s s' -> says s ke -> says s' ke.
Proof. intros s s' ke [X _] H rho M. auto. Qed.

Lemma set_value_ok : forall tau s k e, true_at tau s -> says s (k, e) ->
  true_at tau (set_value k e s).
Proof.
  intros tau s k e [S F] H. split; [assumption|]. intros rho M.
  destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption.
  intros j d G. cbn [set_value value] in G. apply find_add in G as [[-> ->]|G]; [|auto].
  apply (H _ M).
Qed.

Lemma add_row_ok : forall tau s e, true_at tau s ->
  (forall rho, models (arguments s) rho -> 0 <= ev e rho) -> true_at tau (add_row e s).
Proof.
  intros tau s e [S F] H. split; [assumption|]. intros rho M.
  destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption.
  intros j d G. cbn [add_row rows] in G. apply find_add in G as [[_ ->]|G]; [|eauto]. auto.
Qed.

Lemma set_bounds_ok : forall tau s v l h, true_at tau s ->
  (forall rho, models (arguments s) rho -> IZR l <= IZR fine * rho v <= IZR h) ->
  true_at tau (set_bounds v (Some l, Some h) s).
Proof.
  intros tau s v l h [S F] H. split; [assumption|]. intros rho M.
  destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption.
  intros w l' h' G. cbn [set_bounds bounds] in G. apply find_add in G as [[-> G]|G]; [|eauto].
  injection G as -> ->. specialize (H _ M). split; intros b B; injection B as <-; apply H.
Qed.

Lemma set_partial_ok : forall tau s k e, true_at tau s ->
  (forall rho, models (arguments s) rho -> rho k = Semantics.relu (ev e rho)) ->
  true_at tau (set_partial k e s).
Proof.
  intros tau s k e [S F] H. split; [assumption|]. intros rho M.
  destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption.
  intros j d G. cbn [set_partial partial] in G. apply find_add in G as [[-> ->]|G]; auto.
Qed.

Lemma resolve_ok : forall tau s k e, true_at tau s -> says s (k, e) ->
  true_at tau (resolve last s k e) /\ extends s (resolve last s k e).
Proof.
  intros tau s k e T H. split; [|split; auto]. apply set_value_ok; [assumption|].
  intros rho M. cbn [fst snd]. rewrite (ev_reduced s tau) by apply (proj2 T _ M). apply (H _ M).
Qed.

(** ** Lemmas *)

Lemma premises_ok : forall tau s rho side shift, facts s tau rho ->
  (forall d, side = Some d -> 0 <= ev d rho) -> (0 <= shift)%Z ->
  forall l terms, premises last s side shift l = Some terms -> weighted terms rho <= 0.
Proof.
  intros tau s rho side shift F Hside Hshift.
  induction l as [|[r m] l IH]; intros terms H; cbn [premises] in H.
  - injection H as <-. simpl. lra.
  - match type of H with (match ?o with _ => _ end = _) => destruct o as [e|] eqn:R end;
      [|discriminate].
    destruct (premises last s side shift l) as [rest|]; [|discriminate].
    destruct (Z.leb_spec 0 m) as [Hm|]; [|discriminate]. injection H as <-.
    specialize (IH _ eq_refl). cbn [weighted].
    assert (0 <= ev e rho).
    { destruct r as [|p]; [auto|]. destruct (Map.find p (rows s)) as [d|] eqn:P; [|discriminate].
      injection R as <-. rewrite (ev_reduced s tau) by assumption. eapply rows_true; eassumption. }
    assert (0 <= Z.shiftl m shift)%Z as G by (apply Z.shiftl_nonneg; assumption).
    apply IZR_le in G. rewrite opp_IZR.
    assert (0 <= IZR (Z.shiftl m shift) * ev e rho) by (apply Rmult_le_pos; assumption). lra.
Qed.

(** Theorem T12. *)
Lemma proves_by_ok : forall tau s rho lower e l side, facts s tau rho ->
  (forall d m, lower d = Some m -> IZR m <= IZR fine * ev d rho) ->
  (forall d, side = Some d -> 0 <= ev d rho) -> proves_by last lower s e l side = true ->
  0 <= ev e rho.
Proof.
  intros tau s rho lower e l side F Hlower Hside H. unfold proves_by in H.
  destruct (premises last s side _ (uses l)) as [terms|] eqn:E; [|discriminate].
  destruct (lower _) as [m|] eqn:Em; [|discriminate].
  assert (Hshift : (0 <= Z.max (- scaling l) 0)%Z) by lia.
  pose proof (premises_ok _ _ _ _ _ F Hside Hshift _ _ E) as W.
  apply Z.leb_le, IZR_le in H. apply Hlower in Em.
  assert (N : 0 <= ev (weighted_sum ((Z.max (scaling l) 1, e) :: terms)) rho)
    by (apply positive_factor with (IZR fine); [apply real_fine | lra]).
  rewrite ev_weighted_sum in N. cbn [weighted] in N.
  apply positive_factor with (IZR (Z.max (scaling l) 1)); [|lra]. apply IZR_lt. lia.
Qed.

Lemma proves_ok : forall tau s rho e l side, facts s tau rho ->
  (forall d, side = Some d -> 0 <= ev d rho) -> proves last s e l side = true -> 0 <= ev e rho.
Proof.
  intros tau s rho e l side F Hside H. eapply proves_by_ok; [exact F | | exact Hside | exact H].
  intros d m. apply minimum_ok with (1 := F).
Qed.

Lemma proves_everywhere : forall tau s e l, true_at tau s -> proves last s e l None = true ->
  forall rho, models (arguments s) rho -> 0 <= ev e rho.
Proof.
  intros tau s e l T H rho M. eapply proves_ok; [apply (proj2 T _ M) | | exact H].
  discriminate.
Qed.

(** ** Rules + and - *)

Lemma unknown_ok : forall s k a rho, unknown s k = Some a -> models (arguments s) rho ->
  rho k = Semantics.relu (ev a rho).
Proof.
  intros s k a rho H M. unfold unknown in H. destruct (is_known s k); [discriminate|].
  apply (proj2 M). assumption.
Qed.

Lemma ev_sided : forall b e rho, ev (sided b e) rho = if b then ev e rho else - ev e rho.
Proof. intros [] e rho; cbn [sided]; unfold opposite; rewrite ?ev_scale; lra. Qed.

Lemma relu_sided : forall b e rho, 0 <= ev (sided b e) rho ->
  Semantics.relu (ev e rho) = ev (if b then e else []) rho.
Proof.
  intros b e rho H. rewrite ev_sided in H.
  destruct b; cbn [ev]; [apply relu_pos | apply relu_neg]; lra.
Qed.

Lemma settle_ok : forall tau s b k l s', true_at tau s -> settle last s b k l = Some s' ->
  true_at tau s' /\ extends s s'.
Proof.
  intros tau s b k l s' T H. unfold settle in H.
  destruct (unknown s k) as [a|] eqn:U; [|discriminate].
  destruct (proves last s _ l None) eqn:P; [|discriminate]. injection H as <-.
  apply resolve_ok; [assumption|]. intros rho M. cbn [fst snd].
  pose proof (proves_everywhere _ _ _ _ T P rho M) as N.
  rewrite <- (relu_sided b) by assumption. rewrite (ev_reduced s tau) by apply (proj2 T _ M).
  eapply unknown_ok; eassumption.
Qed.

(** ** Rule N *)

Lemma close_ok : forall tau ks s s', true_at tau s -> close last s ks = Some s' ->
  true_at tau s' /\ extends s s'.
Proof.
  intros tau. induction ks as [|k ks IH]; intros s s' T H; cbn [close] in H.
  - injection H as <-. split; [assumption | apply extends_refl].
  - destruct (unknown s k) as [a|] eqn:U; [|discriminate].
    destruct (negb _); [|discriminate].
    destruct (relu last s (reduced last s a)) as [[s1 y]|] eqn:R; [|discriminate].
    destruct (relu_ok _ _ _ _ _ T R) as (T1 & X1 & V).
    destruct (resolve_ok tau s1 k y T1) as [T2 X2].
    + intros rho M. cbn [fst snd]. rewrite V by assumption. apply X1 in M.
      rewrite (ev_reduced s tau) by apply (proj2 T _ M). eapply unknown_ok; eassumption.
    + destruct (IH _ _ T2 H) as [T3 X3]. split; [assumption|]. eauto using extends_trans.
Qed.

(** ** Rule D (theorem T13) *)

Definition part_value (m : mode) (q : R) : R := if mode_sign m then q else 0.
Definition symbol_value (m : mode) (q : R) : R :=
  if mode_symbol m then Semantics.relu (if mode_sign m then - q else q) else 0.
Definition agrees (m : mode) (q : R) : Prop := if mode_sign m then 0 <= q else q <= 0.

Lemma own_side : forall m q, (mode_symbol m = false -> agrees m q) ->
  Semantics.relu q = part_value m q + symbol_value m q.
Proof.
  intros m q H. unfold agrees, part_value, symbol_value in *.
  destruct m; cbn [mode_sign mode_symbol] in *; try specialize (H eq_refl);
    rewrite ?relu_opposite; try lra; [apply relu_pos in H | apply relu_neg in H]; lra.
Qed.

Lemma other_side : forall m q, (mode_symbol m = true -> agrees m q) -> symbol_value m q = 0.
Proof.
  intros m q H. unfold agrees, symbol_value in *.
  destruct m; cbn [mode_sign mode_symbol] in *; try specialize (H eq_refl); try reflexivity;
    apply relu_neg; lra.
Qed.

Lemma bent_unit : forall m1 m2 v h w k u, u = v + w * h ->
  ((if mode_symbol m1 then 0 <= h else h <= 0) -> agrees m1 v) ->
  ((if mode_symbol m2 then h <= 0 else 0 <= h) -> agrees m2 u) ->
  part_value m2 u = part_value m1 v + k * h ->
  Semantics.relu (v + w * Semantics.relu h)
  = part_value m1 v + k * Semantics.relu h + symbol_value m1 v + symbol_value m2 u.
Proof.
  intros m1 m2 v h w k u Hu H1 H2 H3. destruct (relu_cases h) as [[Hh ->]|[Hh ->]].
  - rewrite <- Hu.
    rewrite (own_side m2 u), (other_side m1 v); [lra| |]; intros E; rewrite E in *; auto.
  - replace (v + w * 0) with v by lra.
    rewrite (own_side m1 v), (other_side m2 u); [lra| |]; intros E; rewrite E in *; auto.
Qed.

Lemma ev_filter : forall (f : positive * Z -> bool) e rho,
  ev e rho = ev (filter (fun t => negb (f t)) e) rho + ev (filter f e) rho.
Proof.
  intros f e rho. induction e as [|[v c] e IH]; cbn [filter ev]; [lra|].
  destruct (f (v, c)); cbn [negb ev]; lra.
Qed.

Lemma ev_part : forall q m rho, ev (part q m) rho = part_value m (ev q rho).
Proof. intros q [] rho; reflexivity. Qed.

Lemma side_proved_ok : forall tau s rho q m own l, facts s tau rho ->
  side_proved last s q m own l = true ->
  (if mode_symbol m then ev own rho <= 0 else 0 <= ev own rho) -> agrees m (ev q rho).
Proof.
  intros tau s rho q m own l F H Hside. unfold side_proved in H.
  apply (proves_ok tau s rho) in H; [|assumption|].
  - rewrite ev_sided in H. unfold agrees. destruct (mode_sign m); lra.
  - intros d E. injection E as <-. destruct (mode_symbol m); [|assumption].
    unfold opposite. rewrite ev_scale. lra.
Qed.

Lemma relu_part_ok : forall tau s q m s' y, true_at tau s ->
  relu_part last s q m = Some (s', y) ->
  true_at tau s' /\ extends s s' /\
  forall rho, models (arguments s') rho -> ev y rho = symbol_value m (ev q rho).
Proof.
  intros tau s q m s' y T H. unfold relu_part in H. unfold symbol_value.
  destruct (mode_symbol m).
  - destruct (relu_ok _ _ _ _ _ T H) as (T' & X & V). split; [assumption|]. split; [assumption|].
    intros rho M. rewrite V, ev_sided by assumption. destruct (mode_sign m); reflexivity.
  - injection H as <- <-. split; [assumption|]. split; [apply extends_refl | reflexivity].
Qed.

Lemma decompose_ok : forall tau s k m1 l1 m2 l2 s', true_at tau s ->
  decompose last s k m1 l1 m2 l2 = Some s' -> true_at tau s' /\ extends s s'.
Proof.
  intros tau s k m1 l1 m2 l2 s' T H. unfold decompose in H.
  destruct (unknown s k) as [a0|] eqn:U; [|discriminate]. set (a := reduced last s a0) in H.
  set (v := filter (fun t => negb (is_symbol last (fst t))) a) in H.
  destruct (filter (fun t => is_symbol last (fst t)) a) as [|[inner w] [|]] eqn:A;
    try discriminate.
  destruct (Map.find inner (arguments s)) as [h|] eqn:I; [|discriminate].
  set (u := add v (scale w h)) in H. set (m := ratio _ h) in H.
  destruct (is_affine last h); [|discriminate].
  destruct (side_proved last s v m1 _ l1) eqn:P1; [|discriminate].
  destruct (side_proved last s u m2 h l2) eqn:P2; [|discriminate].
  destruct (same _ (scale m h)) eqn:J; [|discriminate]. cbn [andb] in H.
  destruct (relu_part last s v m1) as [[s1 y1]|] eqn:R1; [|discriminate].
  destruct (relu_part last s1 u m2) as [[s2 y2]|] eqn:R2; [|discriminate].
  destruct (relu_part_ok _ _ _ _ _ _ T R1) as (T1 & X1 & Y1).
  destruct (relu_part_ok _ _ _ _ _ _ T1 R2) as (T2 & X2 & Y2).
  injection H as <-. match goal with |- context [resolve last s2 k ?e] =>
    destruct (resolve_ok tau s2 k e T2) as [T' X'] end;
    [|split; [assumption|]; eauto using extends_trans].
  - intros rho M2. cbn [fst snd]. pose proof (proj1 X2 _ M2) as M1. pose proof (proj1 X1 _ M1) as M.
    pose proof (proj2 T _ M) as F. rewrite ev_weighted_sum. cbn [weighted].
    rewrite Y1, Y2, ev_part by assumption. unfold the. cbn [ev].
    rewrite (unknown_ok _ _ _ _ U M).
    assert (Ea : ev a0 rho = ev v rho + IZR w * Semantics.relu (ev h rho)).
    { rewrite <- (ev_reduced s tau) by assumption. fold a.
      rewrite (ev_filter (fun t => is_symbol last (fst t))). fold v. rewrite A. cbn [ev].
      rewrite (proj2 M _ _ I). lra. }
    assert (Eu : ev u rho = ev v rho + IZR w * ev h rho).
    { unfold u. rewrite ev_add, ev_scale. reflexivity. }
    apply same_eq in J. apply (f_equal (fun e => ev e rho)) in J.
    unfold opposite in J. rewrite ev_add, !ev_scale, !ev_part in J.
    assert (Eh : ev (opposite h) rho = - ev h rho) by (unfold opposite; rewrite ev_scale; lra).
    rewrite Ea, (bent_unit m1 m2 _ _ _ (IZR m) _ Eu); [rewrite (proj2 M _ _ I); lra| | |lra].
    + intros Hs. apply (side_proved_ok _ _ _ _ _ _ _ F P1). rewrite Eh.
      destruct (mode_symbol m1); lra.
    + intros Hs. apply (side_proved_ok _ _ _ _ _ _ _ F P2). assumption.
Qed.

End Facts.
