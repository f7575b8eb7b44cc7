(** Theorem T36: at a point of the cell there are numbers for the noise with which every zonotope
    of a pass encloses what it stands for; so the rules R and Z hold. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Zonotope Calculus Ranges.
From Relucert Require Import ExpressionFacts CalculusFacts ZonotopeFacts.
Import ListNotations.
Open Scope R_scope.

Section Facts.
Variable fine : Z.
Variable last : positive.
Variable x : list R.
Hypothesis fine_positive : (0 < fine)%Z.

Notation models := (models last x).
Notation true_at := (true_at fine last x).
Notation facts := (facts fine).
Notation extends := (extends last x).
Notation F := (IZR fine).
Notation relu := Semantics.relu.

(** A table of zonotopes is true. *)
Definition encloses_all (eps : list R) (rho : positive -> R) (t : Map.t zonotope) : Prop :=
  forall v z, Map.find v t = Some z -> encloses eps z (F * rho v).

Lemma encloses_add : forall eps rho t v z, encloses_all eps rho t -> encloses eps z (F * rho v) ->
  encloses_all eps rho (Map.add v z t).
Proof. intros eps rho t v z T E w y H. apply find_add in H as [[-> ->]|H]; auto. Qed.

Lemma encloses_grows : forall eps eps' rho t, grows eps eps' -> encloses_all eps rho t ->
  encloses_all eps' rho t.
Proof. intros eps eps' rho t G T v z H. eapply grows_encloses; eauto. Qed.

Lemma enclose_from_ok : forall eps rho t e z u y, encloses_all eps rho t -> encloses eps z u ->
  enclose_from z t e = Some y -> encloses eps y (u + F * ev e rho).
Proof.
  intros eps rho t. induction e as [|[v c] e IH]; intros z u y T E H;
    cbn [enclose_from ev] in *.
  - injection H as <-. rewrite Rmult_0_r, Rplus_0_r. assumption.
  - destruct (Map.find v t) as [w|] eqn:V; [|discriminate].
    replace (u + F * (IZR c * rho v + ev e rho))
      with (u + IZR c * (F * rho v) + F * ev e rho) by ring.
    eapply IH; [assumption | apply accumulate_ok; eauto | exact H].
Qed.

Lemma enclose_ok : forall eps rho t e y, noise_at eps -> encloses_all eps rho t ->
  enclose t e = Some y -> encloses eps y (F * ev e rho).
Proof.
  intros eps rho t e y N T H. eapply enclose_from_ok in H; [|exact T | apply encloses_null, N].
  rewrite Rplus_0_l in H. assumption.
Qed.

Section Pass.
Variable s : state.
Variable pairs : Map.t pair.
Variable tau rho : positive -> R.
Hypothesis known : facts s tau rho.
Hypothesis model : models (arguments s) rho.

(** What is known about a symbol that was visited. *)
Definition is_relu (k : positive) (a : expression) : Prop := rho k = relu (ev a rho).
Definition seen_ok (eps : list R) (k : positive) (v : visited) : Prop :=
  is_relu k (form v) /\
  encloses eps (inside v) (F * ev (form v) rho) /\ within (reach v) (F * ev (form v) rho).

Record enclosed (eps : list R) (p : pass) : Prop := Enclosed
  { noise_true : noise_at eps;
    noise_used : length eps = noise p;
    own_true : encloses_all eps rho (own p);
    near_true : encloses_all eps rho (near p);
    seen_true : forall k v, Map.find k (seen p) = Some v -> seen_ok eps k v }.

Lemma seen_grows : forall eps eps' k v, grows eps eps' -> seen_ok eps k v -> seen_ok eps' k v.
Proof.
  intros eps eps' k v G (A & E & W). split; [assumption|].
  split; [eapply grows_encloses; eassumption | assumption].
Qed.

Lemma enclosed_record : forall eps eps' p v z n, enclosed eps p -> grows eps eps' ->
  length eps' = n -> encloses eps' z (F * rho v) -> enclosed eps' (record v z n p).
Proof.
  intros eps eps' p v z n [N U O M S] G L E. split; cbn [record noise own near seen].
  - eapply grows_noise; eassumption.
  - assumption.
  - apply encloses_add; [eapply encloses_grows; eassumption | assumption].
  - apply encloses_add; [eapply encloses_grows; eassumption | assumption].
  - intros k w H. eapply seen_grows; eauto.
Qed.

Lemma enclosed_see : forall eps p k v, enclosed eps p -> seen_ok eps k v ->
  enclosed eps (see k v p).
Proof.
  intros eps p k v [N U O M S] E. split; cbn [see noise own near seen]; try assumption.
  intros j w H. apply find_add in H as [[-> ->]|H]; auto.
Qed.

Lemma enclosed_move : forall eps eps' p k z n, enclosed eps p -> grows eps eps' ->
  length eps' = n -> encloses eps' z (F * rho k) -> enclosed eps' (move k z n p).
Proof.
  intros eps eps' p k z n [N U O M S] G L E. split; cbn [move noise own near seen].
  - eapply grows_noise; eassumption.
  - assumption.
  - eapply encloses_grows; eassumption.
  - apply encloses_add; [eapply encloses_grows; eassumption | assumption].
  - intros j w H. eapply seen_grows; eauto.
Qed.

Lemma symbol_value_fine : forall k a, is_relu k a -> F * rho k = relu (F * ev a rho).
Proof.
  intros k a A. rewrite A. symmetry. apply relu_scale, (real_fine _ fine_positive).
Qed.

Lemma paired_ok : forall eps p k pr w z, enclosed eps p -> paired pairs p k = Some (pr, w, z) ->
  (0 < mine pr)%Z /\ (0 < its pr)%Z /\ seen_ok eps (partner pr) w /\
  encloses eps z (F * rho (partner pr)).
Proof.
  intros eps p k pr w z E H. unfold paired in H.
  destruct (Map.find k pairs) as [q|]; [|discriminate].
  destruct (Map.find (partner q) (seen p)) as [v|] eqn:V; [|discriminate].
  destruct (Map.find (partner q) (near p)) as [y|] eqn:Y; [|discriminate].
  destruct ((0 <? mine q)%Z && (0 <? its q)%Z) eqn:P; [|discriminate]. injection H as <- <- <-.
  apply andb_prop in P as [P1 P2]. apply Z.ltb_lt in P1, P2.
  split; [assumption|]. split; [assumption|]. split.
  - eapply seen_true; eassumption.
  - eapply near_true; eassumption.
Qed.

Lemma approach_ok : forall eps p k v, enclosed eps p -> seen_ok eps k v ->
  exists eps', grows eps eps' /\ enclosed eps' (approach pairs p k v).
Proof.
  intros eps p k v E (A & Ea & Wa). unfold approach.
  destruct (paired pairs p k) as [[[[j m i] w] z]|] eqn:P;
    [|exists eps; split; [apply grows_refl | assumption]].
  destruct (paired_ok _ _ _ _ _ _ E P) as (Hm & Hi & (B & Eb & Wb) & Ez).
  cbn [mine its partner] in *. set (d := linear _).
  set (t := F * ev (form v) rho) in *. set (u := F * ev (form w) rho) in *.
  assert (Ed : encloses eps d (IZR m * t - IZR i * u)).
  { pose proof (linear_ok eps [(m, inside v); ((- i)%Z, inside w)] [t; u] (noise_true _ _ E)) as L.
    cbn [combination map snd] in L. rewrite opp_IZR in L.
    replace (IZR m * t - IZR i * u) with (IZR m * t + (- IZR i * u + 0)) by ring.
    apply L. constructor; [assumption|]. constructor; [assumption | constructor]. }
  pose proof (times_ok i _ _ Hi Wb) as Wx. pose proof (times_ok m _ _ Hm Wa) as Wy.
  set (xi := times i (reach w)) in *. set (yi := times m (reach v)) in *.
  set (di := meet _ _).
  assert (Wd : within di (IZR m * t - IZR i * u)).
  { apply meet_ok; [eapply range_ok; [eapply noise_true; exact E | exact Ed]|].
    destruct Wx, Wy. unfold within. cbn [fst snd]. rewrite !minus_IZR. lra. }
  destruct (slope_and_rest xi yi di) as [new [sl rest]] eqn:R.
  destruct (new <=? _)%Z; [|exists eps; split; [apply grows_refl | assumption]].
  eapply slope_and_rest_ok in R; [|eassumption ..].
  destruct (follow (noise p) m i z d (sl, rest)) as [y n] eqn:Fo.
  eapply (follow_ok eps _ m i z d sl rest (IZR i * u) (IZR m * t) (F * rho j)) in Fo;
    [|eapply noise_true; exact E | eapply noise_used; exact E | assumption ..].
  destruct Fo as (eps' & G & L & Ey). exists eps'. split; [assumption|].
  eapply enclosed_move; [exact E | exact G | exact L|].
  apply IZR_lt in Hm, Hi.
  rewrite (symbol_value_fine _ _ B), (relu_scale (IZR i)), (relu_scale (IZR m)) in Ey by assumption.
  fold u in Ey.
  rewrite (symbol_value_fine _ _ A). fold t.
  replace (relu t) with ((IZR i * relu u + (IZR m * relu t - IZR i * relu u)) / IZR m);
    [exact Ey|]. field. lra.
Qed.

Lemma visit_ok : forall eps p k e p', enclosed eps p -> is_relu k e ->
  visit pairs p k e = Some p' -> exists eps', grows eps eps' /\ enclosed eps' p'.
Proof.
  intros eps p k e p' E A H. unfold visit in H.
  set (is_moved := existsb (fun t => Map.mem (fst t) (moved p)) e) in *.
  pose proof (noise_true _ _ E) as N.
  destruct (enclose (own p) e) as [z|] eqn:Z; [|discriminate].
  apply (enclose_ok eps rho) in Z; [|assumption | eapply own_true; exact E].
  destruct (if is_moved then enclose (near p) e else Some z) as [y|] eqn:Y; [|discriminate].
  assert (Ey : encloses eps y (F * ev e rho)).
  { destruct is_moved; [|injection Y as <-; assumption].
    eapply enclose_ok; [assumption | eapply near_true; exact E | exact Y]. }
  pose proof (range_ok _ _ _ N Z) as Wz. pose proof (range_ok _ _ _ N Ey) as Wy.
  set (i := if is_moved then meet (range z) (range y) else range z) in *.
  assert (W : within i (F * ev e rho))
    by (unfold i; destruct is_moved; [apply meet_ok|]; assumption).
  destruct (relu_zonotope (noise p) z i) as [[r w] n] eqn:R. injection H as <-.
  eapply relu_zonotope_ok in R; [|exact N | eapply noise_used; exact E | exact Z | exact W].
  destruct R as (eps1 & G1 & L1 & E1). rewrite <- (symbol_value_fine _ _ A) in E1.
  assert (S1 : seen_ok eps1 k (Visited e y i w)).
  { split; [assumption|]. split; [eapply grows_encloses; eassumption | assumption]. }
  destruct (approach_ok eps1 (see k (Visited e y i w) (record k r n p)) k (Visited e y i w))
    as (eps2 & G2 & E2); [|assumption|].
  - apply enclosed_see; [|assumption]. eapply enclosed_record; eassumption.
  - exists eps2. split; [eapply grows_trans; eassumption | assumption].
Qed.

Lemma visit_from_ok : forall fuel k p p', (exists eps, enclosed eps p) ->
  visit_from last s pairs fuel k p = Some p' -> exists eps, enclosed eps p'.
Proof.
  induction fuel as [|fuel IH]; intros k p p' E H; cbn [visit_from] in H; [discriminate|].
  destruct (Map.mem k (near p)); [injection H as <-; assumption|].
  unfold unknown in H. destruct (is_known s k); [injection H as <-; assumption|].
  destruct (Map.find k (arguments s)) as [a|] eqn:A; [|injection H as <-; assumption].
  set (b := match Map.find k (partial s) with Some b => b | None => a end) in *.
  assert (B : is_relu k b).
  { unfold b. destruct (Map.find k (partial s)) as [c|] eqn:C.
    - eapply partial_true; eassumption.
    - apply (proj2 model). assumption. }
  set (e := reduced last s b) in *.
  assert (V : is_relu k e)
    by (unfold is_relu, e; rewrite (ev_reduced fine last s tau) by exact known; exact B).
  assert (One : forall q q', (exists eps, enclosed eps q) -> visit pairs q k e = Some q' ->
                exists eps, enclosed eps q').
  { intros q q' [eps Eq] Q. destruct (visit_ok _ _ _ _ _ Eq V Q) as (eps' & _ & E').
    exists eps'. assumption. }
  destruct (visit pairs p k e) as [p1|] eqn:P1; [injection H as <-; eauto|].
  match type of H with match fold_left ?f _ _ with _ => _ end = _ => set (step := f) in H end.
  assert (G : forall l o q, fold_left step l o = Some q ->
            (forall p, o = Some p -> exists eps, enclosed eps p) -> exists eps, enclosed eps q).
  { induction l as [|t l IHl]; intros o q Q O; cbn [fold_left] in Q; [auto|].
    eapply IHl; [exact Q|]. intros p1 Q1. destruct o as [p0|]; [|discriminate].
    eapply IH; [apply O; reflexivity | exact Q1]. }
  destruct (fold_left step e (Some p)) as [q|] eqn:Q; [|discriminate].
  eapply One; [|exact H]. apply (G e (Some p) q Q). intros p1 K. injection K as <-. assumption.
Qed.

Lemma visit_all_ok : forall fuel ks p p', (exists eps, enclosed eps p) ->
  visit_all last s pairs fuel ks p = Some p' -> exists eps, enclosed eps p'.
Proof.
  intros fuel. induction ks as [|k ks IH]; intros p p' E H; cbn [visit_all] in H.
  - injection H as <-. assumption.
  - destruct (visit_from last s pairs fuel k p) as [p1|] eqn:V; [|discriminate].
    eapply IH; [eapply visit_from_ok; eassumption | exact H].
Qed.

Lemma enclose_inputs_ok : forall vs eps p p', enclosed eps p ->
  enclose_inputs (bounds s) vs p = Some p' -> exists eps', enclosed eps' p'.
Proof.
  induction vs as [|v vs IH]; intros eps p p' E H; cbn [enclose_inputs] in H.
  - injection H as <-. exists eps. assumption.
  - destruct (Map.find v (bounds s)) as [[[l|] [h|]]|] eqn:B; try discriminate.
    destruct (bounds_true _ _ _ _ known _ _ _ B) as [Bl Bh].
    specialize (Bl _ eq_refl). specialize (Bh _ eq_refl).
    destruct (noisy (noise p) null (l, h)) as [z n] eqn:Z. pose proof (noise_true _ _ E) as N.
    eapply noisy_ok in Z; [|exact N | eapply noise_used; exact E | apply encloses_null, N
                          | split; [exact Bl | exact Bh]].
    destruct Z as (eps1 & G & L & Ez). rewrite Rplus_0_l in Ez.
    eapply IH; [|exact H]. eapply enclosed_record; eassumption.
Qed.

Theorem enclosures_ok : forall p, enclosures last s pairs = Some p -> exists eps, enclosed eps p.
Proof.
  intros p H. unfold enclosures in H. set (p0 := Pass _ _ _ _ _) in H.
  assert (E0 : enclosed [1] p0).
  { split; cbn [p0 noise own near seen length].
    - exists []. split; [reflexivity | constructor].
    - reflexivity.
    - intros v z G. rewrite Map.gempty in G. discriminate.
    - intros v z G. rewrite Map.gempty in G. discriminate.
    - intros k v G. rewrite Map.gempty in G. discriminate. }
  destruct (enclose_inputs _ _ p0) as [p1|] eqn:I; [|discriminate].
  eapply visit_all_ok; [|exact H]. eapply enclose_inputs_ok; [exact E0 | exact I].
Qed.

Lemma lower_ok : forall p e m, enclosures last s pairs = Some p -> lower p e = Some m ->
  IZR m <= F * ev e rho.
Proof.
  intros p e m P H. destruct (enclosures_ok _ P) as [eps E]. unfold lower in H.
  destruct (enclose (near p) e) as [z|] eqn:Z; [|discriminate]. injection H as <-.
  apply (range_ok eps); [eapply noise_true; exact E|].
  eapply enclose_ok; [eapply noise_true; exact E | eapply near_true; exact E | exact Z].
Qed.

Lemma at_least_ok : forall p b e, enclosures last s pairs = Some p -> at_least p b e = true ->
  IZR b <= F * ev e rho.
Proof.
  intros p b e P H. unfold at_least in H. destruct (lower p e) as [m|] eqn:L; [|discriminate].
  apply Z.leb_le, IZR_le in H. apply (lower_ok _ _ _ P) in L. lra.
Qed.

Lemma reach_ok : forall p k v, enclosures last s pairs = Some p -> Map.find k (seen p) = Some v ->
  is_relu k (form v) /\ within (reach v) (F * ev (form v) rho).
Proof.
  intros p k v P H. destruct (enclosures_ok _ P) as [eps E].
  destruct (seen_true _ _ E _ _ H) as (A & _ & W). auto.
Qed.

End Pass.

(** ** Rule R *)

Lemma settle_by_ok : forall tau s pairs p s1 k, true_at tau s -> true_at tau s1 ->
  arguments s1 = arguments s -> enclosures last s pairs = Some p ->
  true_at tau (settle_by last p s1 k) /\ extends s1 (settle_by last p s1 k) /\
  arguments (settle_by last p s1 k) = arguments s.
Proof.
  intros tau s pairs p s1 k T T1 A P. unfold settle_by.
  destruct (Map.find k (seen p)) as [v|] eqn:V; [|auto using extends_refl].
  assert (W : forall rho, models (arguments s1) rho ->
              is_relu rho k (form v) /\ within (reach v) (F * ev (form v) rho)).
  { intros rho M. rewrite A in M.
    eapply reach_ok; [apply (proj2 T _ M) | exact M | exact P | exact V]. }
  assert (R : forall e, says last x s1 (k, e) ->
            true_at tau (resolve last s1 k e) /\ extends s1 (resolve last s1 k e) /\
            arguments (resolve last s1 k e) = arguments s).
  { intros e S. destruct (resolve_ok fine last x tau s1 k e T1 S). auto. }
  pose proof (real_fine _ fine_positive) as RF.
  destruct (Z.leb_spec 0 (fst (reach v))) as [Hl|_];
    [|destruct (Z.leb_spec (snd (reach v)) 0) as [Hh|_]].
  - apply R. intros rho M. destruct (W _ M) as [E [W1 _]]. cbn [fst snd]. rewrite E.
    apply relu_pos. apply IZR_le in Hl. apply positive_factor with F; lra.
  - apply R. intros rho M. destruct (W _ M) as [E [_ W2]]. cbn [fst snd ev]. rewrite E.
    apply relu_neg. apply IZR_le in Hh. assert (0 <= - ev (form v) rho); [|lra].
    apply positive_factor with F; lra.
  - split; [|split; [split; auto | assumption]]. apply set_partial_ok; [assumption|].
    intros rho M. apply (W _ M).
Qed.

Lemma settle_all_ok : forall tau s pairs s', true_at tau s -> settle_all last s pairs = Some s' ->
  true_at tau s' /\ extends s s'.
Proof.
  intros tau s pairs s' T H. unfold settle_all in H.
  destruct (enclosures last s pairs) as [p|] eqn:P; [|discriminate]. injection H as <-.
  generalize (symbols last s). intros ks.
  assert (G : forall s1, true_at tau s1 -> extends s s1 -> arguments s1 = arguments s ->
            true_at tau (fold_left (settle_by last p) ks s1) /\
            extends s (fold_left (settle_by last p) ks s1)).
  { induction ks as [|k ks IH]; intros s1 T1 X1 A; cbn [fold_left]; [auto|].
    destruct (settle_by_ok _ _ _ _ _ k T T1 A P) as (T2 & X2 & A2).
    apply IH; [assumption | eapply extends_trans; eassumption | assumption]. }
  apply G; [assumption | apply extends_refl | reflexivity].
Qed.

End Facts.
