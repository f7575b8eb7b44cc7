(** A script that is accepted proves the obligations of the cell that it starts in. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Calculus ExpressionFacts CalculusFacts.
Import ListNotations.
Open Scope R_scope.

#[local] Opaque iterate add.

Section Script.
Variable unit : Z.
Variable last : positive.
Variable x : list R.
Hypothesis unit_positive : (0 < unit)%Z.

Notation models := (models last x).
Notation true_at := (true_at unit last x).
Notation facts := (facts unit).
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
  pose proof (F _ M) as G. pose proof G as [F1 F2 F3 F4]. split; try assumption.
  intros v. rewrite F4. cbn [refresh set_question targets]. unfold entry.
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
  { intros rho M. apply (ev_reduced unit last s tau), (proj2 T _ M). }
  assert (N : forall rho, models (arguments s) rho -> 0 <= ev (sided b (reduced last s a)) rho).
  { intros rho M. specialize (Hb _ M). rewrite ev_sided in *. rewrite E by assumption. assumption. }
  destruct (resolve_ok unit last x tau (add_row (sided b (reduced last s a)) s) k
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
  intros tau T. destruct (introduce_ok unit last x unit_positive _ _ _ _ _ T I) as (T1 & X & _).
  auto.
Qed.

(** ** Cuts *)

Lemma cut_ok : forall s e s' br, cut last s e = Some (s', br) ->
  proved s' -> branch_proved br -> proved s.
Proof.
  intros s e s' br H P1 (s2 & R & P2). unfold cut in H.
  destruct (forallb _ e) eqn:A; [|discriminate]. injection H as <- <-. injection R as <-.
  intros tau T. pose proof T as [S F]. destruct (inhabited _ _ _ S) as [rho0 M0].
  assert (V : forall rho, models (arguments s) rho -> ev e rho = ev e rho0).
  { intros rho M. apply ev_ext. intros t Ht. apply (determined _ _ _ S); try assumption.
    eapply all_here; eassumption. }
  set (tau' := point [ev e rho0]).
  match type of P1 with proved ?q => set (s1 := q) in P1 end.
  assert (T1 : true_at tau' s1).
  { split; [exact S|]. intros rho M. destruct (F _ M) as [F1 F2 F3 F4]. split; try assumption.
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
  intros tau s rho e [F1 F2 F3 F4] H. split; try assumption.
  intros j d G. cbn [add_row rows] in G. apply find_add in G as [[_ ->]|G]; [|eauto]. assumption.
Qed.

Lemma met_ok : forall tau s rho o l, facts s tau rho -> models (arguments s) rho ->
  met last s o l = true -> meets tau o.
Proof.
  intros tau s rho o l F M H G. unfold met in H.
  rewrite <- (ev_in_targets tau s rho) by assumption.
  eapply proves_ok; [eassumption | | | exact H]; [|discriminate].
  revert G. generalize (given o). intros gs G. clear H.
  assert (K : forall s', facts s' tau rho ->
    facts (fold_left (fun s' g => add_row (in_targets s g) s') gs s') tau rho).
  { induction gs as [|g gs IH]; intros s' F'; cbn [fold_left]; [assumption|].
    apply IH; [intros; apply G; right; assumption|]. apply facts_add_row; [assumption|].
    rewrite (ev_in_targets tau) by assumption. apply G. left. reflexivity. }
  apply K. assumption.
Qed.

Lemma all_met_ok : forall tau s rho, facts s tau rho -> models (arguments s) rho ->
  forall os ls, all_met last s os ls = true -> forall o, In o os -> meets tau o.
Proof.
  intros tau s rho F M. induction os as [|o os IH]; intros [|l ls] H p Hp; cbn [all_met] in H;
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

Lemma closes_ok : forall s t, closes last s t = true -> proved s.
Proof.
  intros s t H tau T. destruct t; try discriminate; cbn [closes] in H.
  - pose proof (refresh_ok _ _ T) as [T1 [_ X]]. unfold equal in H.
    set (s1 := refresh last s) in *. rewrite <- X.
    destruct T1 as [S F]. destruct (inhabited _ _ _ S) as [rho M]. specialize (F _ M).
    destruct ls as [|l ls]; [|eapply all_met_ok; eassumption].
    revert H. destruct (obligations s1) as [|o os]; intros H; [intros p []|].
    apply andb_prop in H as [_ H].
    rewrite forallb_forall in H. intros p Hp. eapply trivially_met_ok; [exact F | exact M | auto].
  - exfalso. pose proof T as [S _]. destruct (inhabited _ _ _ S) as [rho M].
    pose proof (proves_everywhere _ _ _ unit_positive _ _ _ _ T H rho M) as N.
    rewrite ev_constant in N by (eapply model_one; eassumption). lra.
Qed.

(** ** Scripts *)

Theorem run_ok : forall steps s later, run last steps s later = Accepted ->
  proved s /\ Forall branch_proved later.
Proof.
  induction steps as [|t steps IH]; intros s later H; cbn [run] in H; [discriminate|].
  assert (Close : forall s, closes last s t = true ->
            (match later with
             | [] => match steps with [] => Accepted | _ => Stuck steps end
             | b :: later' => match resume last b with
                              | Some s' => run last steps s' later'
                              | None => Stuck (t :: steps)
                              end
             end = Accepted) -> proved s /\ Forall branch_proved later).
  { intros s0 C E. split; [eapply closes_ok; eassumption|].
    destruct later as [|b later]; [constructor|].
    destruct (resume last b) as [s'|] eqn:R; [|discriminate].
    apply IH in E as [P Q]. constructor; [|assumption]. exists s'. auto. }
  assert (Go : forall o, match o with
                         | Some (s', opened) => run last steps s' (opened ++ later)
                         | None => Stuck (t :: steps)
                         end = Accepted ->
            exists s' opened, o = Some (s', opened) /\ proved s' /\
            Forall branch_proved opened /\ Forall branch_proved later).
  { intros [[s' opened]|] E; [|discriminate]. exists s', opened. apply IH in E as [P Q].
    apply Forall_app in Q as [Q1 Q2]. auto. }
  destruct t; cbn [apply] in H.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (split last s k true) as [[s1 b]|] eqn:S; [|discriminate]. injection E as <- <-.
    inversion Q. eapply split_ok; eassumption.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (split_on last s e) as [[s1 b]|] eqn:S; [|discriminate]. injection E as <- <-.
    inversion Q. eapply split_on_ok; eassumption.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (settle last s positive_side k l) as [s1|] eqn:S; [|discriminate].
    injection E as <- <-.
    eapply proved_before; [|exact P]. intros tau T. eapply settle_ok; eassumption.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (close last s ks) as [s1|] eqn:S; [|discriminate]. injection E as <- <-.
    eapply proved_before; [|exact P]. intros tau T. eapply close_ok; eassumption.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (cut last s e) as [[s1 b]|] eqn:S; [|discriminate].
    injection E as <- <-. inversion Q. eapply cut_ok; eassumption.
  - apply Go in H as (s' & opened & E & P & Q & L). split; [|assumption].
    destruct (decompose last s k m1 l1 m2 l2) as [s1|] eqn:S; [|discriminate].
    injection E as <- <-.
    eapply proved_before; [|exact P]. intros tau T. eapply decompose_ok; eassumption.
  - destruct (closes last s (Equal ls)) eqn:C; [|discriminate]. eapply Close; eassumption.
  - destruct (closes last s (Empty l)) eqn:C; [|discriminate]. eapply Close; eassumption.
Qed.

End Script.
