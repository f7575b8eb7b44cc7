(** What the theorem rests on besides Coq itself; build.py compares this with what is allowed. *)

From Relucert Require Import Soundness.

Print Assumptions check_sound.
