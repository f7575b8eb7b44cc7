(** A script that is accepted proves the obligations of the cell that it starts in. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Zonotope Calculus Ranges Script.
From Relucert Require Import ExpressionFacts CalculusFacts ZonotopeFacts RangesFacts.
Import ListNotations.
Open Scope R_scope.

#[local] Opaque iterate add.

Section Script.
Variable fine : Z.
Variable last : positive.
Variable x : list R.
Hypothesis fine_positive : (0 < fine)%Z.

Notation models := (models last x).
Notation true_at := (true_at fine last x).
Notation facts := (facts fine).
Notation extends := (extends last x).

(** Obligations, where the targets are [tau]. *)
Definition meets (tau : positive -> R) (o : obligation) : Prop :=
  (forall g, In g (given o) -> 0 <= ev g tau) -> 0 <= ev (goal o) tau.

Definition proved (s : state) : Prop :=
  forall tau, true_at tau s -> forall o, In o (obligations s) -> meets tau o.

Definition branch_proved (b : branch) : Prop :=
  exists s, resume last b = Some s /\ proved s.

Lemma proved_before : forall s s', (forall tau, true_at tau s -> true_at tau s' /\ extends s s') ->
  proved s' -> proved s.
Proof.
  intros s s' H P tau T o Ho. destruct (H _ T) as [T' [_ X]]. apply (P _ T'). rewrite X. assumption.
Qed.

(** ** Targets *)

Lemma refresh_ok : forall tau s, true_at tau s ->
  true_at tau (refresh last s) /\ extends s (refresh last s).
Proof.
  intros tau s [S F]. split; [|split; auto]. split; [assumption|]. intros rho M.
  pose proof (F _ M) as G. pose proof G as [F1 F2 F3 F4 F5]. split; try assumption.
  intros v. rewrite F5. cbn [refresh set_question targets]. unfold entry.
  unfold Map.map. rewrite Map.gmapi. destruct (Map.find v (targets s)); [|reflexivity].
  symmetry. eapply ev_reduced; eassumption.
Qed.

Lemma ev_in_targets : forall tau s rho e, facts s tau rho -> ev (in_targets s e) rho = ev e tau.
Proof.
  intros tau s rho e F. apply ev_substitute.
  - intros v g H. injection H as <-. apply (targets_true _ _ _ _ F).
  - discriminate.
Qed.

(** ** Splits *)

Lemma enter_ok : forall tau s k b a s', true_at tau s -> Map.find k (arguments s) = Some a ->
  (forall rho, models (arguments s) rho -> 0 <= ev (sided b a) rho) ->
  enter last s k b = Some s' -> true_at tau s' /\ extends s s'.
Proof.
  intros tau s k b a s' T A Hb H. unfold enter in H. rewrite A in H. injection H as <-.
  assert (E : forall rho, models (arguments s) rho ->
              ev (reduced last s a) rho = ev a rho).
  { intros rho M. apply (ev_reduced fine last s tau), (proj2 T _ M). }
  assert (N : forall rho, models (arguments s) rho -> 0 <= ev (sided b (reduced last s a)) rho).
  { intros rho M. specialize (Hb _ M). rewrite ev_sided in *. rewrite E by assumption. assumption. }
  destruct (resolve_ok fine last x tau (add_row (sided b (reduced last s a)) s) k
              (if b then reduced last s a else [])) as [T' [X1 X2]].
  - apply add_row_ok; assumption.
  - intros rho M. cbn [fst snd]. change (models (arguments s) rho) in M.
    rewrite <- (relu_sided b) by auto. rewrite E by assumption. apply (proj2 M). assumption.
  - split; [assumption|]. split; assumption.
Qed.

Lemma split_ok : forall s k b s' br, split last s k b = Some (s', br) ->
  proved s' -> branch_proved br -> proved s.
Proof.
  intros s k b s' br H P1 (s2 & R & P2). unfold split in H.
  apply proved_before with (refresh last s); [intros; apply refresh_ok; assumption|].
  set (s0 := refresh last s) in *. destruct (unknown s0 k) as [a|] eqn:U; [|discriminate].
  destruct (enter last s0 k b) as [s1|] eqn:E; [|discriminate]. injection H as <- <-.
  cbn [resume] in R. unfold unknown in U. destruct (is_known s0 k); [discriminate|].
  intros tau T. pose proof T as [S _]. destruct (inhabited _ _ _ S) as [rho0 M0].
  assert (V : forall rho, models (arguments s0) rho -> ev a rho = ev a rho0).
  { intros rho M. apply ev_ext. intros t Ht. apply (determined _ _ _ S); try assumption.
    apply (closed _ _ _ S _ _ U). assumption. }
  assert (C : 0 <= (if b then ev a rho0 else - ev a rho0) \/
              0 <= (if negb b then ev a rho0 else - ev a rho0)).
  { destruct (Rle_dec 0 (ev a rho0)); destruct b; cbn [negb]; lra. }
  destruct C as [C|C].
  - destruct (enter_ok tau s0 k b a s1 T U) as [T1 [_ X1]]; [|exact E|].
    + intros rho M. rewrite ev_sided, V by assumption. assumption.
    + intros o Ho. apply (P1 _ T1). rewrite X1. assumption.
  - destruct (enter_ok tau s0 k (negb b) a s2 T U) as [T1 [_ X1]]; [|exact R|].
    + intros rho M. rewrite ev_sided, V by assumption. assumption.
    + intros o Ho. apply (P2 _ T1). rewrite X1. assumption.
Qed.

Lemma split_on_ok : forall s e s' br, split_on last s e = Some (s', br) ->
  proved s' -> branch_proved br -> proved s.
Proof.
  intros s e s' br H P1 P2. unfold split_on in H. destruct (is_constant e); [discriminate|].
  set (a := divide _ e) in H.
  destruct (symbol_of s a) as [k|]; [eapply split_ok; eassumption|].
  destruct (symbol_of s (opposite a)) as [k|]; [eapply split_ok; eassumption|].
  destruct (introduce last s a) as [[s1 k]|] eqn:I; [|discriminate].
  apply proved_before with s1; [|eapply split_ok; eassumption].
  intros tau T. destruct (introduce_ok fine last x fine_positive _ _ _ _ _ T I) as (T1 & X & _).
  auto.
Qed.

(** ** Bisections *)

Lemma bisect_ok : forall s v s' br, bisect last s v = Some (s', br) ->
  proved s' -> branch_proved br -> proved s.
Proof.
  intros s v s' br H P1 (s2 & R & P2). unfold bisect in H.
  destruct (is_symbol last v) eqn:V; [discriminate|].
  destruct (Pos.eqb v 1); [discriminate|]. cbn [orb] in H.
  destruct (Map.find v (bounds s)) as [[[l|] [h|]]|] eqn:B; try discriminate.
  destruct (l <? h)%Z; [|discriminate]. injection H as <- <-. injection R as <-.
  apply proved_before with (refresh last s); [intros; apply refresh_ok; assumption|].
  set (s0 := refresh last s) in *. set (m := Z.shiftr (l + h) 1) in *.
  change (bounds s) with (bounds s0) in B.
  intros tau T. pose proof T as [S F]. destruct (inhabited _ _ _ S) as [rho0 M0].
  assert (E : forall rho, models (arguments s0) rho -> rho v = rho0 v).
  { intros rho M. apply (determined _ _ _ S); try assumption. left. assumption. }
  destruct (bounds_true _ _ _ _ (F _ M0) _ _ _ B) as [Bl Bh].
  specialize (Bl _ eq_refl). specialize (Bh _ eq_refl).
  destruct (Rle_dec (IZR fine * rho0 v) (IZR m)).
  - intros o Ho. apply (P1 tau); [|assumption]. apply set_bounds_ok; [assumption|].
    intros rho M. rewrite E by assumption. lra.
  - intros o Ho. apply (P2 tau); [|assumption]. apply set_bounds_ok; [assumption|].
    intros rho M. rewrite E by assumption. lra.
Qed.

(** ** Cuts *)

Lemma cut_ok : forall s e s' br, cut last s e = Some (s', br) ->
  proved s' -> branch_proved br -> proved s.
Proof.
  intros s e s' br H P1 (s2 & R & P2). unfold cut in H.
  destruct (forallb _ e) eqn:A; [|discriminate]. injection H as <- <-. injection R as <-.
  assert (A' : forall t, In t (filter (fun t => negb (snd t =? 0)%Z) e) ->
                         here last (arguments s) (fst t)).
  { intros t Ht. apply filter_In in Ht as [Ht _]. eapply all_here; eassumption. }
  clear A. set (e' := filter _ e) in *. clearbody e'. clear e. rename e' into e.
  intros tau T. pose proof T as [S F]. destruct (inhabited _ _ _ S) as [rho0 M0].
  assert (V : forall rho, models (arguments s) rho -> ev e rho = ev e rho0).
  { intros rho M. apply ev_ext. intros t Ht. apply (determined _ _ _ S); try assumption.
    auto. }
  set (tau' := point [ev e rho0]).
  match type of P1 with proved ?q => set (s1 := q) in P1 end.
  assert (T1 : true_at tau' s1).
  { split; [exact S|]. intros rho M. destruct (F _ M) as [F1 F2 F3 F4 F5]. split; try assumption.
    intros v. change (targets s1) with (table [constant 1; e]).
    rewrite (ev_entry 1 rho _ [ev e rho0]); [unfold tau'; lra|].
    cbn [map]. rewrite V, ev_constant by (try assumption; eapply model_one; exact M).
    f_equal; [lra|]. f_equal. lra. }
  specialize (P1 _ T1 _ (or_introl eq_refl)). unfold meets in P1. cbn [given goal] in P1.
  assert (N : 0 <= ev e rho0).
  { assert (G : 0 <= ev (the 2) tau') by (apply P1; intros ? []).
    unfold the in G. cbn [ev] in G. change (tau' 2%positive) with (ev e rho0) in G. lra. }
  apply (P2 tau). apply add_row_ok; [assumption|]. intros rho M. rewrite V; assumption.
Qed.

(** ** Leaves *)

Lemma facts_add_row : forall tau s rho e, facts s tau rho -> 0 <= ev e rho ->
  facts (add_row e s) tau rho.
Proof.
  intros tau s rho e [F1 F2 F3 F4 F5] H. split; try assumption.
  intros j d G. cbn [add_row rows] in G. apply find_add in G as [[_ ->]|G]; [|eauto]. assumption.
Qed.

Definition is_lower (lower : expression -> option Z) (rho : positive -> R) : Prop :=
  forall e m, lower e = Some m -> IZR m <= IZR fine * ev e rho.

Lemma met_ok : forall tau s rho lower o l, facts s tau rho -> models (arguments s) rho ->
  is_lower lower rho -> met last lower s o l = true -> meets tau o.
Proof.
  intros tau s rho lower o l F M L H G. unfold met in H.
  rewrite <- (ev_in_targets tau s rho) by assumption.
  eapply proves_by_ok; [eassumption | | exact L | | exact H]; [|discriminate].
  revert G. generalize (given o). intros gs G. clear H.
  assert (K : forall s', facts s' tau rho ->
    facts (fold_left (fun s' g => add_row (in_targets s g) s') gs s') tau rho).
  { induction gs as [|g gs IH]; intros s' F'; cbn [fold_left]; [assumption|].
    apply IH; [intros; apply G; right; assumption|]. apply facts_add_row; [assumption|].
    rewrite (ev_in_targets tau) by assumption. apply G. left. reflexivity. }
  apply K. assumption.
Qed.

Lemma all_met_ok : forall tau s rho lower, facts s tau rho -> models (arguments s) rho ->
  is_lower lower rho -> forall os ls, all_met last lower s os ls = true ->
  forall o, In o os -> meets tau o.
Proof.
  intros tau s rho lower F M L.
  induction os as [|o os IH]; intros [|l ls] H p Hp; cbn [all_met] in H;
    try discriminate; [destruct Hp|].
  apply andb_prop in H as [H1 H2]. destruct Hp as [<-|Hp]; [|eauto].
  eapply met_ok; eassumption.
Qed.

Lemma trivially_met_ok : forall tau s rho o, facts s tau rho -> models (arguments s) rho ->
  trivially_met s o = true -> meets tau o.
Proof.
  intros tau s rho o F M H _. rewrite <- (ev_in_targets tau s rho) by assumption.
  unfold trivially_met in H. destruct (in_targets s (goal o)) as [|[v c] [|]]; cbn [ev];
    [lra| |discriminate].
  apply andb_prop in H as [H1 H2]. apply Pos.eqb_eq in H1. apply Z.leb_le, IZR_le in H2. subst v.
  rewrite (model_one _ _ _ _ M). lra.
Qed.

Lemma bounded_ok : forall tau s rho pairs ls, facts s tau rho -> models (arguments s) rho ->
  bounded last s pairs ls = true -> forall o, In o (obligations s) -> meets tau o.
Proof.
  intros tau s rho pairs ls F M H. unfold bounded in H.
  destruct (enclosures last s pairs) as [p|] eqn:P; [|discriminate].
  destruct ls as [|l ls].
  - rewrite forallb_forall in H. intros o Ho G. specialize (H _ Ho). unfold met_by in H.
    apply orb_prop in H as [H|H].
    + apply existsb_exists in H as (g & Hg & H). specialize (G _ Hg).
      eapply at_least_ok in H; [|exact fine_positive | exact F | exact M | exact P].
      unfold opposite in H. rewrite ev_scale, (ev_in_targets tau) in H by assumption.
      pose proof (real_fine _ fine_positive).
      assert (0 <= IZR fine * ev g tau) by (apply Rmult_le_pos; lra). lra.
    + eapply at_least_ok in H; [|exact fine_positive | exact F | exact M | exact P].
      rewrite (ev_in_targets tau) in H by assumption.
      apply positive_factor with (IZR fine); [apply real_fine, fine_positive | assumption].
  - eapply all_met_ok; [exact F | exact M | | exact H]. intros e m E.
    eapply lower_ok; eassumption.
Qed.

Lemma closes_ok : forall s pairs t, closes last s pairs t = true -> proved s.
Proof.
  intros s pairs t H tau T. destruct t; try discriminate; cbn [closes] in H.
  - pose proof (refresh_ok _ _ T) as [T1 [_ X]]. unfold equal in H.
    set (s1 := refresh last s) in *. rewrite <- X.
    destruct T1 as [S F]. destruct (inhabited _ _ _ S) as [rho M]. specialize (F _ M).
    destruct ls as [|l ls];
      [|eapply all_met_ok; [exact F | exact M | | exact H];
        intros e m; apply minimum_ok with (1 := F)].
    revert H. destruct (obligations s1) as [|o os]; intros H; [intros p []|].
    apply andb_prop in H as [_ H].
    rewrite forallb_forall in H. intros p Hp. eapply trivially_met_ok; [exact F | exact M | auto].
  - exfalso. pose proof T as [S _]. destruct (inhabited _ _ _ S) as [rho M].
    pose proof (proves_everywhere _ _ _ fine_positive _ _ _ _ T H rho M) as N.
    rewrite ev_constant in N by (eapply model_one; eassumption). lra.
  - pose proof (refresh_ok _ _ T) as [[S F] [_ X]]. rewrite <- X.
    destruct (inhabited _ _ _ S) as [rho M]. eapply bounded_ok; [apply (F _ M) | exact M | exact H].
Qed.

(** ** Scripts *)

Lemma apply_ok : forall s pairs t s' opened, apply last s pairs t = Some (s', opened) ->
  proved s' -> Forall branch_proved opened -> proved s.
Proof.
  intros s pairs t s' opened H P Q.
  assert (Plain : forall o, (match o with Some s' => Some (s', []) | None => None end)
                            = Some (s', opened) ->
            (forall tau s1, true_at tau s -> o = Some s1 -> true_at tau s1 /\ extends s s1) ->
            proved s).
  { intros [s1|] E K; [|discriminate]. injection E as -> <-.
    eapply proved_before; [|exact P]. intros tau T. apply (K tau s' T eq_refl). }
  assert (Opened : forall o, (match o with Some (s', b) => Some (s', [b]) | None => None end)
                             = Some (s', opened) ->
            (forall s1 b, o = Some (s1, b) -> proved s1 -> branch_proved b -> proved s) ->
            proved s).
  { intros [[s1 b]|] E K; [|discriminate]. injection E as -> <-. inversion Q. eapply K; eauto. }
  destruct t; cbn [apply] in H; try discriminate.
  - eapply Opened; [exact H | apply split_ok].
  - eapply Opened; [exact H | apply split_on_ok].
  - eapply Opened; [exact H | apply bisect_ok].
  - eapply Plain; [exact H|]. intros tau s1 T. apply settle_ok; assumption.
  - eapply Plain; [exact H|]. intros tau s1 T. apply settle_all_ok; assumption.
  - eapply Plain; [exact H|]. intros tau s1 T. apply close_ok; assumption.
  - eapply Opened; [exact H | apply cut_ok].
  - eapply Plain; [exact H|]. intros tau s1 T. apply decompose_ok; assumption.
  - injection H as <- _. assumption.
Qed.

Theorem run_ok : forall steps s pairs later, run last steps s pairs later = Accepted ->
  proved s /\ Forall branch_proved later.
Proof.
  induction steps as [|t steps IH]; intros s pairs later H; cbn [run] in H; [discriminate|].
  assert (Close : (if closes last s pairs t then
                     match later with
                     | [] => match steps with [] => Accepted | _ => Stuck steps end
                     | b :: later' => match resume last b with
                                      | Some s' => run last steps s' pairs later'
                                      | None => Stuck (t :: steps)
                                      end
                     end
                   else Stuck (t :: steps)) = Accepted -> proved s /\ Forall branch_proved later).
  { intros E. destruct (closes last s pairs t) eqn:C; [|discriminate].
    split; [eapply closes_ok; eassumption|]. destruct later as [|b later]; [constructor|].
    destruct (resume last b) as [s'|] eqn:R; [|discriminate].
    apply IH in E as [P Q]. constructor; [|assumption]. exists s'. auto. }
  assert (Go : match apply last s pairs t, paired_by last pairs t with
               | Some (s', opened), Some pairs' => run last steps s' pairs' (opened ++ later)
               | _, _ => Stuck (t :: steps)
               end = Accepted -> proved s /\ Forall branch_proved later).
  { intros E. destruct (apply last s pairs t) as [[s' opened]|] eqn:A; [|discriminate].
    destruct (paired_by last pairs t) as [pairs'|]; [|discriminate].
    apply IH in E as [P Q]. apply Forall_app in Q as [Q L]. split; [|assumption].
    eapply apply_ok; eassumption. }
  destruct t; auto.
Qed.

End Script.
