(** Theorem T11: what the checker accepts holds. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics Calculus Script Check.
From Relucert Require Import ExpressionFacts CalculusFacts ScriptFacts NetworkFacts.
Import ListNotations.
Open Scope R_scope.

(** * Differences *)

Lemma differences_ok : forall last x s sl sr u ls rs f g,
  valued last x s ls (map (Rmult (IZR (u * sl))) f) ->
  valued last x s rs (map (Rmult (IZR (u * sr))) g) ->
  valued last x s (differences sl sr ls rs)
         (map (fun p => IZR (u * sl * sr) * (fst p - snd p)) (combine f g)).
Proof.
  intros last x s sl sr u ls rs f g VL VR rho M. specialize (VL _ M). specialize (VR _ M).
  unfold differences. revert rs f g VL VR.
  induction ls as [|l ls IH]; intros [|r rs] [|a f] [|b g] VL VR; cbn [map combine] in *;
    try discriminate; try reflexivity.
  injection VL as L1 L2. injection VR as R1 R2. f_equal; [|auto].
  rewrite ev_weighted_sum. cbn [weighted fst snd]. rewrite L1, R1, opp_IZR, !mult_IZR. ring.
Qed.

Lemma difference_obligations_ok : forall tau bound q t p, tau 1%positive = 1 ->
  map tau (variables (length t) p) = t ->
  (forall o, In o (flat_map (fun v => [Obligation [] (add (constant bound) [(v, q)]);
                                       Obligation [] (add (constant bound) [(v, (- q)%Z)])])
                            (variables (length t) p)) -> meets tau o) ->
  Forall (fun d => Rabs (IZR q * d) <= IZR bound) t.
Proof.
  intros tau bound q t p One. revert p.
  induction t as [|d t IH]; intros p E H; [constructor|].
  cbn [length variables map] in E. injection E as E1 E2.
  cbn [length variables flat_map] in H. constructor.
  - assert (G : forall c, meets tau (Obligation [] (add (constant bound) [(p, c)])) ->
                0 <= IZR bound + IZR c * d).
    { intros c G. unfold meets in G. cbn [given goal] in G.
      assert (N : forall g, In g [] -> 0 <= ev g tau) by (intros ? []). specialize (G N).
      rewrite ev_add, ev_constant in G by assumption. cbn [ev] in G. rewrite E1 in G. lra. }
    pose proof (G q (H _ (or_introl eq_refl))) as G1.
    pose proof (G (- q)%Z (H _ (or_intror (or_introl eq_refl)))) as G2.
    rewrite opp_IZR in G2. apply Rabs_le. lra.
  - apply (IH (Pos.succ p)); [assumption|]. intros o Ho. apply H. right. right. assumption.
Qed.

Lemma close_enough : forall c p q f g, 0 < c -> 0 < q -> length f = length g ->
  Forall (fun d => Rabs (q * d) <= p * c) (map (fun e => c * (fst e - snd e)) (combine f g)) ->
  Forall2 (fun a b => Rabs (a - b) <= p / q) f g.
Proof.
  intros c p q f. induction f as [|a f IH]; intros [|b g] Hc Hq Len H; try discriminate;
    [constructor|].
  cbn [combine map fst snd] in H. inversion H as [|? ? H1 H2]. subst.
  constructor; [|apply IH; auto].
  replace (q * (c * (a - b))) with (c * q * (a - b)) in H1 by ring.
  assert (P : 0 < c * q) by (apply Rmult_lt_0_compat; assumption).
  rewrite Rabs_mult, (Rabs_right (c * q)) in H1 by lra.
  apply Rmult_le_reg_l with (c * q); [assumption|].
  replace (c * q * (p / q)) with (p * c) by (field; lra). assumption.
Qed.

Lemma all_equal : forall f g : list R, Forall2 (fun a b => Rabs (a - b) <= 0) f g -> f = g.
Proof.
  intros f g H. induction H as [|a b f g H _ IH]; [reflexivity|]. f_equal; [|assumption].
  pose proof (Rle_abs (a - b)). pose proof (Rle_abs (- (a - b))) as N. rewrite Rabs_Ropp in N. lra.
Qed.

(** * Decisions *)

Lemma choose_all : forall (A : Type) (P : A -> bool) l k, (k <= length (filter P l))%nat ->
  exists js, In js (choose k l) /\ length js = k /\ forall j, In j js -> In j l /\ P j = true.
Proof.
  intros A P. induction l as [|a l IH]; intros k H.
  - cbn [filter length] in H. replace k with O by lia. exists []. cbn [choose].
    split; [left; reflexivity|]. split; [reflexivity|]. intros ? [].
  - destruct k as [|k].
    { exists []. split; [left; reflexivity|]. split; [reflexivity|]. intros ? []. }
    cbn [choose]. cbn [filter] in H. destruct (P a) eqn:Pa.
    + cbn [length] in H. destruct (IH k) as (js & J1 & J2 & J3); [lia|]. exists (a :: js).
      split; [apply in_or_app; left; apply in_map; assumption|].
      split; [cbn [length]; congruence|]. intros j [<-|Hj]; [split; [left|]; auto|].
      destruct (J3 _ Hj). split; [right|]; assumption.
    + destruct (IH (S k) H) as (js & J1 & J2 & J3). exists js.
      split; [apply in_or_app; right; assumption|]. split; [assumption|].
      intros j Hj. destruct (J3 _ Hj). split; [right|]; assumption.
Qed.

Lemma filter_length_le : forall (A : Type) (P Q : A -> bool) l,
  (forall a, In a l -> P a = true -> Q a = true) ->
  length (filter P (filter Q l)) = length (filter P l).
Proof.
  intros A P Q l H. f_equal. induction l as [|a l IH]; cbn [filter]; [reflexivity|].
  assert (IH' : filter P (filter Q l) = filter P l)
    by (apply IH; intros; apply H; auto; right; auto).
  destruct (P a) eqn:Pa.
  - rewrite (H a (or_introl eq_refl) Pa). cbn [filter]. rewrite Pa, IH'. reflexivity.
  - destruct (Q a); cbn [filter]; rewrite ?Pa; assumption.
Qed.

Lemma ev_minus : forall v w q tau, ev (minus v w q) tau = IZR q * (tau v - tau w).
Proof. intros. unfold minus. rewrite ev_add. cbn [ev]. rewrite opp_IZR. lra. Qed.

Section Decisions.
Variable tau : positive -> R.
Variable least q k : Z.
Variable outs : list (positive * positive).
Hypothesis one : tau 1%positive = 1.
Hypothesis k_positive : (0 < k)%Z.
Hypothesis obligations_met : forall o, In o (decision_obligations least q k outs) -> meets tau o.

Definition exceeds (i j : positive * positive) : bool :=
  if Rlt_dec (tau (snd i)) (tau (snd j)) then true else false.

Lemma exceeds_lt : forall i j, exceeds i j = true -> tau (snd i) < tau (snd j).
Proof. intros i j H. unfold exceeds in H. destruct (Rlt_dec _ _); [assumption | discriminate]. Qed.

Lemma decision : forall i, In i outs ->
  (forall j, In j outs -> fst j = fst i -> j = i) ->
  (forall j, In j outs -> fst j <> fst i ->
     IZR least <= IZR q * (tau (fst i) - tau (fst j))) ->
  (Z.of_nat (length (filter (exceeds i) outs)) < k)%Z.
Proof.
  intros i Hi Unique Largest. apply Z.nle_gt. intros Many.
  set (others := filter (fun j => negb (Pos.eqb (fst i) (fst j))) outs).
  assert (Others : forall j, In j others -> In j outs /\ fst j <> fst i).
  { intros j H. apply filter_In in H as [H1 H2]. split; [assumption|].
    apply negb_true_iff, Pos.eqb_neq in H2. congruence. }
  assert (Count : length (filter (exceeds i) others) = length (filter (exceeds i) outs)).
  { apply filter_length_le. intros j Hj H. apply exceeds_lt in H.
    apply negb_true_iff, Pos.eqb_neq. intros E. rewrite (Unique j Hj (eq_sym E)) in H. lra. }
  destruct (choose_all _ (exceeds i) others (Z.to_nat k)) as (js & J1 & J2 & J3); [lia|].
  destruct js as [|j rest]; [cbn [length] in J2; lia|].
  assert (M : meets tau (Obligation
                (map (fun j => add (constant (- least)) (minus (fst i) (fst j) q)) others
                 ++ map (fun r => minus (snd r) (snd i) 1) rest) (minus (snd i) (snd j) 1))).
  { apply obligations_met. unfold decision_obligations. apply in_flat_map. exists i.
    split; [assumption|]. cbn zeta. fold others.
    assert (L : (length (filter (exceeds i) others) <= length others)%nat).
    { clear. induction others as [|a l IH]; cbn [filter length]; [lia|].
      destruct (exceeds i a); cbn [length]; lia. }
    destruct (Z.ltb_spec (Z.of_nat (length others)) k); [lia|].
    apply in_flat_map. exists (j :: rest). split; [assumption|]. left. reflexivity. }
  unfold meets in M. cbn [given goal] in M. rewrite ev_minus in M.
  destruct (J3 j (or_introl eq_refl)) as [_ Hj]. apply exceeds_lt in Hj.
  assert (G : 0 <= IZR 1 * (tau (snd i) - tau (snd j))); [|lra]. apply M.
  intros g Hg. apply in_app_or in Hg as [Hg|Hg]; apply in_map_iff in Hg as (r & <- & Hr).
  - rewrite ev_add, ev_constant, ev_minus, opp_IZR by assumption.
    destruct (Others _ Hr) as [R1 R2]. pose proof (Largest _ R1 R2). lra.
  - rewrite ev_minus. destruct (J3 r (or_intror Hr)) as [_ H]. apply exceeds_lt in H. lra.
Qed.
End Decisions.

Lemma variables_app : forall a b p,
  variables (a + b) p = variables a p ++ variables b (Nat.iter a Pos.succ p).
Proof.
  induction a as [|a IH]; intros b p; cbn [Nat.add variables app]; [reflexivity|].
  rewrite IH. do 3 f_equal. clear. induction a as [|a IH]; [reflexivity|].
  exact (f_equal Pos.succ IH).
Qed.

Lemma iterate_succ : forall m, Nat.iter m Pos.succ 2%positive = Pos.of_nat (m + 2).
Proof.
  induction m as [|m IH]; [reflexivity|].
  cbn [Nat.iter nat_rect]. fold (Nat.iter m Pos.succ 2%positive). rewrite IH.
  replace (S m + 2)%nat with (S (m + 2)) by lia. rewrite <- Nat2Pos.inj_succ by lia. reflexivity.
Qed.

Lemma map_fst_combine : forall (A B C : Type) (h : A -> C) (l : list A) (r : list B),
  length l = length r -> map (fun p => h (fst p)) (combine l r) = map h l.
Proof.
  induction l as [|a l IH]; intros [|b r] H; try discriminate; [reflexivity|].
  cbn [combine map fst]. f_equal. auto.
Qed.

Lemma map_snd_combine : forall (A B C : Type) (h : B -> C) (l : list A) (r : list B),
  length l = length r -> map (fun p => h (snd p)) (combine l r) = map h r.
Proof.
  induction l as [|a l IH]; intros [|b r] H; try discriminate; [reflexivity|].
  cbn [combine map snd]. f_equal. auto.
Qed.

Lemma split_append : forall (A : Type) (a b c d : list A), length a = length b ->
  a ++ c = b ++ d -> a = b /\ c = d.
Proof.
  induction a as [|u a IH]; intros [|v b] c d L H; try discriminate; [auto|].
  cbn [app] in H. injection H as -> H. injection L as L. destruct (IH b c d L H). subst. auto.
Qed.

(** The variables of the outputs stand for them. *)
Lemma outputs_stand : forall cl cr f g, length f = length g ->
  let tau := point (map (Rmult cl) f ++ map (Rmult cr) g) in
  let outs := output_variables (length f) in
  map (fun o => tau (fst o)) outs = map (Rmult cl) f /\
  map (fun o => tau (snd o)) outs = map (Rmult cr) g.
Proof.
  intros cl cr f g Len tau outs. unfold outs, output_variables.
  rewrite (map_fst_combine _ _ _ tau), (map_snd_combine _ _ _ tau)
    by (rewrite !length_variables; reflexivity).
  pose proof (point_variables (map (Rmult cl) f ++ map (Rmult cr) g)) as E. fold tau in E.
  rewrite app_length, !map_length, <- Len, variables_app, map_app, iterate_succ in E.
  apply split_append in E; [exact E|]. rewrite !map_length, length_variables. reflexivity.
Qed.

Lemma exceeding_scaled : forall c t g, 0 < c ->
  length (filter (fun u => if Rlt_dec (c * t) u then true else false) (map (Rmult c) g))
  = exceeding t g.
Proof.
  intros c t g Hc. unfold exceeding. induction g as [|u g IH]; cbn [map filter]; [reflexivity|].
  destruct (Rlt_dec (c * t) (c * u)) as [L|L], (Rlt_dec t u) as [L'|L']; cbn [length]; try lia.
  - exfalso. apply L'. apply Rmult_lt_reg_l with c; assumption.
  - exfalso. apply L. apply Rmult_lt_compat_l; assumption.
Qed.

Lemma length_filter_map : forall (A B : Type) (h : A -> B) (P : B -> bool) l,
  length (filter (fun a => P (h a)) l) = length (filter P (map h l)).
Proof.
  intros A B h P l. induction l as [|a l IH]; cbn [filter map]; [reflexivity|].
  destruct (P (h a)); cbn [length]; auto.
Qed.

Lemma decisions_ok : forall cl cr least q d k f g, 0 < cl -> 0 < cr -> (0 < q)%Z -> (0 < k)%Z ->
  length f = length g -> IZR least = IZR q * (cl * d) ->
  (forall o, In o (decision_obligations least q k (output_variables (length f))) ->
     meets (point (map (Rmult cl) f ++ map (Rmult cr) g)) o) ->
  forall i, (i < length f)%nat -> largest_by d f i ->
  (Z.of_nat (exceeding (nth i g 0%R) g) < k)%Z.
Proof.
  intros cl cr least q d k f g Hl Hr Hq Hk Len Hleast Met i Hi Largest.
  destruct (outputs_stand cl cr f g Len) as [F G]. set (tau := point _) in *.
  set (outs := output_variables (length f)) in *.
  assert (Louts : length outs = length f).
  { apply (f_equal (@length R)) in F. rewrite !map_length in F. assumption. }
  apply IZR_lt in Hq.
  assert (Fi : forall j o, nth_error outs j = Some o -> tau (fst o) = cl * nth j f 0).
  { intros j o H. apply (map_nth_error (fun o => tau (fst o))) in H. rewrite F in H.
    apply nth_error_nth with (d := cl * 0) in H. rewrite map_nth in H. symmetry. assumption. }
  assert (Gi : forall j o, nth_error outs j = Some o -> tau (snd o) = cr * nth j g 0).
  { intros j o H. apply (map_nth_error (fun o => tau (snd o))) in H. rewrite G in H.
    apply nth_error_nth with (d := cr * 0) in H. rewrite map_nth in H. symmetry. assumption. }
  destruct (nth_error outs i) as [oi|] eqn:Oi; [|apply nth_error_None in Oi; lia].
  assert (Unique : forall j o, nth_error outs j = Some o -> fst o = fst oi -> j = i).
  { intros j o Oj E. assert (N : NoDup (map fst outs)).
    { unfold outs, output_variables.
      rewrite (map_fst_combine _ _ _ (fun v => v)) by (rewrite !length_variables; reflexivity).
      rewrite map_id. generalize 2%positive. generalize (length f).
      induction n as [|n IH]; intros p; cbn [variables]; constructor; [|apply IH].
      intros H. apply in_variables in H. lia. }
    apply (map_nth_error fst) in Oi, Oj. rewrite E, <- Oi in Oj.
    rewrite NoDup_nth_error in N. apply N; [|assumption].
    apply nth_error_Some. rewrite Oj, Oi. discriminate. }
  assert (R : (Z.of_nat (length (filter (exceeds tau oi) outs)) < k)%Z).
  { apply (decision tau least q k outs); try assumption; [reflexivity | | |].
    - eapply nth_error_In. eassumption.
    - intros o Ho E. apply In_nth_error in Ho as [j Oj].
      rewrite (Unique j o Oj E), Oi in Oj. congruence.
    - intros o Ho E. apply In_nth_error in Ho as [j Oj].
      assert (Ne : j <> i) by (intros ->; rewrite Oi in Oj; congruence).
      assert (Lj : (j < length f)%nat)
        by (rewrite <- Louts; apply nth_error_Some; rewrite Oj; discriminate).
      pose proof (Largest j Lj Ne) as L. rewrite (Fi _ _ Oi), (Fi _ _ Oj), Hleast.
      apply Rmult_le_compat_l; [lra|]. rewrite <- Rmult_minus_distr_l.
      apply Rmult_le_compat_l; lra. }
  unfold exceeds in R. rewrite (Gi _ _ Oi) in R.
  rewrite (length_filter_map _ _ (fun o => tau (snd o))
             (fun u => if Rlt_dec (cr * nth i g 0) u then true else false)) in R.
  rewrite G, exceeding_scaled in R by assumption. assumption.
Qed.

(** * The theorem *)

Theorem check_sound : forall c steps, check c steps = true -> holds c.
Proof.
  intros c steps H x arity Hx. unfold check, judge in H.
  destruct (well_formed c) eqn:W; [|discriminate].
  destruct (start c) as [s0|] eqn:S; [|discriminate].
  destruct (run _ _ _ _) eqn:Ran; [|discriminate].
  unfold well_formed in W. repeat (apply andb_prop in W as [W ?]).
  rename W into FL, H4 into FR, H3 into C0, H2 into CE, H1 into DF, H0 into RF.
  apply fits_positive in FL, FR. apply negb_true_iff, Nat.eqb_neq in C0. apply Nat.eqb_eq in CE.
  pose proof (scale_positive _ FL) as PL. pose proof (scale_positive _ FR) as PR.
  pose proof (unit_positive _ _ DF) as U. pose proof (fine_positive _ _ DF) as FP.
  pose proof (with_domain_true _ _ _ arity DF Hx (of_differences (claimed_relation c))) as T0.
  pose proof (scaled_inputs_ok _ _ _ arity DF Hx) as V0. unfold start in S. cbn zeta in S.
  set (u := unit_of (claimed_domain c)) in *. set (w := fine_of (claimed_domain c)) in *.
  set (last := last_of (inputs c)) in *.
  set (xs := scaled_inputs (inputs c) (claimed_domain c)) in *.
  set (s := with_domain (inputs c) (claimed_domain c) _) in *.
  destruct (evaluate last s u (left_network c) xs) as [[s1 ls]|] eqn:EL; [|discriminate].
  destruct (evaluate last s1 u (right_network c) xs) as [[s2 rs]|] eqn:ER; [|discriminate].
  destruct (evaluate_ok w last x FP _ _ _ _ _ x _ _ T0 U FL (V0 _) EL) as (T1 & X1 & VL).
  assert (V1 : valued last x s1 xs (map (Rmult (IZR u)) x))
    by (eapply valued_extends; [exact X1 | exact (V0 _)]).
  destruct (evaluate_ok w last x FP _ _ _ _ _ x _ _ T1 U FR V1 ER) as (T2 & X2 & VR).
  apply (valued_extends _ _ _ _ _ _ X2) in VL.
  set (f := outputs (left_network c) x) in *. set (g := outputs (right_network c) x) in *.
  assert (Len : length f = length g).
  { unfold f, g. rewrite !length_outputs; [assumption| |]; intros E; rewrite E in *;
      unfold count_outputs in *; cbn [rev] in *; congruence. }
  assert (Lls : length ls = length f).
  { destruct (inhabited _ _ _ (proj1 T2)) as [rho M]. apply VL, (f_equal (@length R)) in M.
    rewrite !map_length in M. assumption. }
  set (sl := scale_of (left_network c)) in *. set (sr := scale_of (right_network c)) in *.
  assert (Pl : 0 < IZR (u * sl)) by (apply IZR_lt, Z.mul_pos_pos; assumption).
  assert (Pr : 0 < IZR (u * sr)) by (apply IZR_lt, Z.mul_pos_pos; assumption).
  assert (Pd : 0 < IZR (u * sl * sr)) by (apply IZR_lt; do 2 (apply Z.mul_pos_pos; try assumption)).
  assert (Run : forall ts t os, valued last x s2 ts t ->
            Some (set_question (table (constant 1 :: ts)) os s2) = Some s0 ->
            forall o, In o os -> meets (point t) o).
  { intros ts t os V E. injection E as <-.
    destruct (run_ok w last x FP _ _ _ _ Ran) as [P _]. apply (P (point t)).
    eapply question_ok; eassumption. }
  pose proof (differences_ok last x s2 sl sr u ls rs f g VL VR) as VD.
  assert (Close : forall p q, (0 < q)%Z ->
            Some (set_question (table (constant 1 :: differences sl sr ls rs))
              (difference_obligations (p * u * sl * sr) q (length ls)) s2) = Some s0 ->
            Forall2 (fun a b => Rabs (a - b) <= IZR p / IZR q) f g).
  { intros p q Hq E. apply close_enough with (IZR (u * sl * sr)); try assumption;
      [apply IZR_lt; assumption|].
    rewrite <- mult_IZR, !Z.mul_assoc. eapply difference_obligations_ok; [|apply point_variables|].
    - reflexivity.
    - rewrite map_length, combine_length, <- Len, Nat.min_id, <- Lls. eapply Run; eassumption. }
  assert (VB : valued last x s2 (ls ++ rs)
                 (map (Rmult (IZR (u * sl))) f ++ map (Rmult (IZR (u * sr))) g)).
  { intros rho M. rewrite map_app, (VL _ M), (VR _ M). reflexivity. }
  assert (Decide : forall least q d k, (0 < q)%Z -> (0 < k)%Z ->
            IZR least = IZR q * (IZR (u * sl) * d) ->
            Some (set_question (table (constant 1 :: ls ++ rs))
              (decision_obligations least q k (output_variables (length ls))) s2) = Some s0 ->
            forall i, (i < length f)%nat -> largest_by d f i ->
            (Z.of_nat (exceeding (nth i g 0%R) g) < k)%Z).
  { intros least q d k Hq Hk Hl E. rewrite Lls in E.
    apply (decisions_ok _ _ least q d k f g Pl Pr); try assumption. exact (Run _ _ _ VB E). }
  destruct (claimed_relation c) as [|p q| |k|p q]; cbn [related relation_fits] in *.
  - apply all_equal. specialize (Close 0%Z 1%Z). cbn [Z.mul] in Close.
    apply Close in S; [|lia]. unfold Rdiv in S. rewrite Rmult_0_l in S. exact S.
  - apply Close; [lia | assumption].
  - intros i Hi Hd. assert (Z.of_nat (exceeding (nth i g 0%R) g) < 1)%Z; [|lia].
    eapply (Decide 0%Z 1%Z 0); try eassumption; try lia; lra.
  - intros i Hi Hd. eapply (Decide 0%Z 1%Z 0); try eassumption; try lia; lra.
  - intros i Hi Hd. assert (Z.of_nat (exceeding (nth i g 0%R) g) < 1)%Z; [|lia].
    eapply (Decide (p * u * sl)%Z q (IZR p / IZR q)); try eassumption; try lia.
    rewrite !mult_IZR. field. apply not_0_IZR. lia.
Qed.
