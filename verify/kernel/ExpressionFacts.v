(** What the operations of Expression.v do to the value of an expression. *)

Require Import ZArith List Bool FMapPositive Reals Lra Lia.
From Relucert Require Import Expression Claim Semantics.
Import ListNotations.
Open Scope R_scope.

Lemma ev_constant : forall c rho, rho 1%positive = 1 -> ev (constant c) rho = IZR c.
Proof.
  intros c rho H. unfold constant. destruct (Z.eqb_spec c 0) as [->|_]; simpl; [lra|].
  rewrite H. lra.
Qed.

Lemma ev_scale : forall q e rho, ev (scale q e) rho = IZR q * ev e rho.
Proof.
  intros q e rho. unfold scale. destruct (Z.eqb_spec q 1) as [->|_]; [lra|].
  destruct (Z.eqb_spec q 0) as [->|_]; [simpl; lra|].
  induction e as [|[v c] e IH]; simpl; [lra|]. rewrite IH, mult_IZR. lra.
Qed.

Lemma ev_add : forall a b rho, ev (add a b) rho = ev a rho + ev b rho.
Proof.
  induction a as [|[v p] a IHa]; intros b rho; [simpl; lra|].
  induction b as [|[w q] b IHb]; [simpl; lra|].
  cbn [add]. fold (add ((v, p) :: a) b). destruct (Pos.compare_spec v w) as [->|_|_].
  - destruct (Z.eqb_spec (p + q) 0) as [E|_]; cbn [ev]; rewrite IHa.
    + apply (f_equal IZR) in E. rewrite plus_IZR in E. replace (IZR q) with (- IZR p) by lra. lra.
    + rewrite plus_IZR. lra.
  - cbn [ev]. rewrite IHa. cbn [ev]. lra.
  - change (ev ((w, q) :: add ((v, p) :: a) b) rho = ev ((v, p) :: a) rho + ev ((w, q) :: b) rho).
    cbn [ev] in *. rewrite IHb. lra.
Qed.

Definition sum (l : list expression) (rho : positive -> R) : R :=
  fold_right (fun e t => ev e rho + t) 0 l.

Lemma ev_total : forall l rho, ev (total l) rho = sum l rho.
Proof. induction l; intros; simpl; [reflexivity|]. rewrite ev_add, IHl. reflexivity. Qed.

Lemma sum_push : forall l e rho, sum (push e l) rho = ev e rho + sum l rho.
Proof.
  induction l as [|[|t f] l IH]; intros e rho; [simpl; lra | simpl; lra|].
  cbn [push]. unfold sum in *. cbn [fold_right]. rewrite IH, ev_add. simpl. lra.
Qed.

Fixpoint weighted (terms : list (Z * expression)) (rho : positive -> R) : R :=
  match terms with
  | [] => 0
  | (q, e) :: terms' => IZR q * ev e rho + weighted terms' rho
  end.

Lemma ev_weighted_sum : forall terms rho, ev (weighted_sum terms) rho = weighted terms rho.
Proof.
  intros terms rho. unfold weighted_sum. rewrite ev_total.
  assert (H : forall sums, sum (fold_left (fun sums t => push (scale (fst t) (snd t)) sums)
                                          terms sums) rho = weighted terms rho + sum sums rho).
  { induction terms as [|[q e] terms IH]; intros sums; cbn [fold_left weighted]; [lra|].
    rewrite IH, sum_push, ev_scale. simpl. lra. }
  rewrite H. simpl. lra.
Qed.

(** Two environments, the second being what is substituted. *)
Lemma separate_ok : forall f rho tau e,
  (forall v g, f v = Some g -> tau v = ev g rho) ->
  (forall v, f v = None -> tau v = rho v) ->
  ev (fst (separate f e)) rho + weighted (snd (separate f e)) rho = ev e tau.
Proof.
  intros f rho tau e Hsome Hnone. induction e as [|[v c] e IH]; simpl; [lra|].
  destruct (separate f e) as [kept parts]. simpl in IH. destruct (f v) as [g|] eqn:E; simpl.
  - rewrite (Hsome _ _ E). lra.
  - rewrite (Hnone _ E). lra.
Qed.

Lemma ev_substitute : forall f rho tau e,
  (forall v g, f v = Some g -> tau v = ev g rho) ->
  (forall v, f v = None -> tau v = rho v) ->
  ev (substitute f e) rho = ev e tau.
Proof.
  intros f rho tau e Hsome Hnone. rewrite <- (separate_ok f rho tau e Hsome Hnone).
  unfold substitute. destruct (separate f e) as [kept parts] eqn:E. destruct parts as [|p parts].
  - assert (K : forall e kept, separate f e = (kept, []) -> kept = e).
    { clear. induction e as [|[v c] e IH]; intros kept H; cbn [separate] in H.
      - injection H as <-. reflexivity.
      - destruct (separate f e) as [k [|p l]]; destruct (f v); injection H; intros; subst;
          try discriminate. f_equal. apply IH. reflexivity. }
    apply K in E. subst. simpl. lra.
  - rewrite ev_weighted_sum. cbn [weighted fst snd]. lra.
Qed.

Lemma ev_ext : forall e rho tau, (forall t, In t e -> rho (fst t) = tau (fst t)) ->
  ev e rho = ev e tau.
Proof.
  induction e as [|[v c] e IH]; intros rho tau H; simpl; [reflexivity|].
  pose proof (H (v, c) (or_introl eq_refl)) as E. simpl in E. rewrite E. f_equal.
  apply IH. intros. apply H. right. assumption.
Qed.

Lemma same_eq : forall a b, same a b = true -> a = b.
Proof.
  induction a as [|[v p] a IH]; intros [|[w q] b] H; simpl in H; try discriminate; [reflexivity|].
  apply andb_prop in H as [H1 H2]. unfold same_term in H1. simpl in H1.
  apply andb_prop in H1 as [H0 H1]. apply Pos.eqb_eq in H0. apply Z.eqb_eq in H1.
  subst. f_equal. auto.
Qed.

Lemma content_divides : forall e t, In t e -> (content e | snd t)%Z.
Proof.
  induction e as [|s e IH]; [intros t []|]. intros t [<-|H]; simpl.
  - apply Z.gcd_divide_l.
  - eapply Z.divide_trans; [apply Z.gcd_divide_r | auto].
Qed.

Lemma ev_divide : forall q e rho, (forall t, In t e -> (q | snd t)%Z) -> q <> 0%Z ->
  ev e rho = IZR q * ev (divide q e) rho.
Proof.
  intros q e rho H Hq. induction e as [|[v c] e IH]; simpl; [lra|].
  rewrite IH by (intros; apply H; right; assumption).
  assert (E : (q * (c / q) = c)%Z).
  { symmetry. apply Z.div_exact; [assumption|]. apply Z.mod_divide; [assumption|].
    apply (H (v, c)). left. reflexivity. }
  rewrite <- E at 1. rewrite mult_IZR. fold (divide q e). lra.
Qed.

(** relu e = q relu (e / q), q the content (or 1). *)
Lemma ev_primitive : forall e rho, let q := Z.max 1 (content e) in
  ev e rho = IZR q * ev (divide q e) rho.
Proof.
  intros e rho q. apply ev_divide; [|unfold q; lia]. intros t H. unfold q.
  destruct (Z.max_spec 1 (content e)) as [[_ ->]|[_ ->]]; [apply content_divides; assumption|].
  exists (snd t). lia.
Qed.

Lemma ev_is_constant : forall e rho, is_constant e = true ->
  ev e rho = IZR (constant_of e) * rho 1%positive.
Proof.
  unfold is_constant. induction e as [|[v c] e IH]; intros rho H;
    cbn [ev forallb constant_of fold_right fst snd] in *; [lra|].
  apply andb_prop in H as [H1 H2]. apply Pos.eqb_eq in H1. subst.
  fold (constant_of e). rewrite IH, plus_IZR by assumption. lra.
Qed.

(** relu *)

Lemma relu_pos : forall t, 0 <= t -> relu t = t.
Proof. intros. apply Rmax_right. assumption. Qed.

Lemma relu_neg : forall t, t <= 0 -> relu t = 0.
Proof. intros. apply Rmax_left. assumption. Qed.

Lemma relu_nonneg : forall t, 0 <= relu t.
Proof. intros. apply Rmax_l. Qed.

Lemma relu_cases : forall t, (0 <= t /\ relu t = t) \/ (t <= 0 /\ relu t = 0).
Proof.
  intros t. destruct (Rle_dec 0 t).
  - left. auto using relu_pos.
  - right. split; [lra|]. apply relu_neg. lra.
Qed.

Lemma relu_scale : forall q t, 0 < q -> relu (q * t) = q * relu t.
Proof.
  intros q t H. destruct (relu_cases t) as [[Ht ->]|[Ht ->]].
  - apply relu_pos. apply Rmult_le_pos; lra.
  - rewrite relu_neg; [lra|]. assert (0 <= q * - t) by (apply Rmult_le_pos; lra). lra.
Qed.

Lemma relu_opposite : forall t, relu (- t) = relu t - t.
Proof.
  intros t. destruct (relu_cases t) as [[Ht ->]|[Ht ->]].
  - rewrite relu_neg; lra.
  - rewrite relu_pos; lra.
Qed.

Lemma positive_factor : forall p a, 0 < p -> 0 <= p * a -> 0 <= a.
Proof.
  intros p a Hp H. destruct (Rle_dec 0 a) as [|N]; [assumption|]. exfalso.
  assert (p * a < p * 0) by (apply Rmult_lt_compat_l; lra). lra.
Qed.

(** Tables *)

Lemma find_fill : forall l p m v, (forall w, (p <= w)%positive -> Map.find w m = None) ->
  Map.find v (fill p l m) =
  if Pos.ltb v p then Map.find v m else nth_error l (Pos.to_nat v - Pos.to_nat p).
Proof.
  induction l as [|e l IH]; intros p m v Hm; cbn [fill].
  - destruct (Pos.ltb_spec v p) as [_|H]; [reflexivity|]. rewrite (Hm _ H).
    destruct (Pos.to_nat v - Pos.to_nat p)%nat; reflexivity.
  - rewrite IH.
    + destruct (Pos.ltb_spec v p) as [H|H].
      * rewrite (proj2 (Pos.ltb_lt v (Pos.succ p))) by lia. apply Map.gso. lia.
      * destruct (Pos.ltb_spec v (Pos.succ p)) as [H'|H'].
        -- replace v with p by lia. rewrite Map.gss, Nat.sub_diag. reflexivity.
        -- replace (Pos.to_nat v - Pos.to_nat p)%nat
             with (S (Pos.to_nat v - Pos.to_nat (Pos.succ p))) by lia. reflexivity.
    + intros w Hw. rewrite Map.gso by lia. apply Hm. lia.
Qed.

Lemma entry_table : forall l v, entry (table l) v = nth (pred (Pos.to_nat v)) l [].
Proof.
  intros l v. unfold entry, table. rewrite find_fill by (intros; apply Map.gempty).
  destruct (Pos.ltb_spec v 1) as [H|_]; [lia|].
  replace (Pos.to_nat v - Pos.to_nat 1)%nat with (pred (Pos.to_nat v)) by lia.
  destruct (nth_error l (pred (Pos.to_nat v))) as [e|] eqn:E.
  - symmetry. apply nth_error_nth. assumption.
  - symmetry. apply nth_overflow. apply nth_error_None. assumption.
Qed.

(** A table of expressions whose values are q, q y_1, q y_2, ... *)
Lemma ev_entry : forall q rho es y v,
  map (fun e => ev e rho) es = map (Rmult q) (1 :: y) ->
  ev (entry (table es) v) rho = q * point y v.
Proof.
  intros q rho es y v H. rewrite entry_table. unfold point.
  rewrite <- (map_nth (Rmult q)). rewrite <- H.
  replace (q * 0) with (ev [] rho) by (simpl; lra).
  symmetry. apply (map_nth (fun e => ev e rho)).
Qed.

(** Loops *)

Lemma iterate_ok : forall (A B : Type) (P : A -> Prop) (Q : B -> Prop) (f : A -> A + B),
  (forall a, P a -> match f a with inl a' => P a' | inr b => Q b end) ->
  forall n a, P a -> match iterate n f a with inl a' => P a' | inr b => Q b end.
Proof.
  intros A B P Q f Hf. induction n as [|n IH]; intros a Ha; cbn [iterate]; [apply Hf; assumption|].
  specialize (IH a Ha) as H.
  destruct (iterate n f a) as [a'|b]; [apply IH; assumption | assumption].
Qed.
