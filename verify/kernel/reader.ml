(* Reads a claim and a script in the text of translate.py from standard input and asks the proved
   checker. Trusted: that the claim read here is the one that was written, and that numbers of the
   types positive and N are in their ranges. Answers "accepted", or "rejected S" where S steps were
   not reached. *)

open Kernel

let text =
  let buffer = Buffer.create 65536 in
  (try while true do Buffer.add_channel buffer stdin 1 done with End_of_file -> ());
  Buffer.contents buffer
let length = String.length text
let position = ref 0

let word () =
  while !position < length && text.[!position] <= ' ' do incr position done;
  let first = !position in
  while !position < length && text.[!position] > ' ' do incr position done;
  if !position = first then failwith "the text ends too early";
  String.sub text first (!position - first)

let integer () = Integer.of_string (word ())
let at_least least = let n = integer () in
  if Integer.lt n least then failwith "a number is out of range" else n
let positive () = at_least Integer.one
let natural () = at_least Integer.zero

let list item =
  let rec items n found = if n = 0 then List.rev found else items (n - 1) (item () :: found) in
  items (int_of_string (word ())) []
let pair first second () = let a = first () in let b = second () in (a, b)
let boolean () = match word () with
  | "true" -> true | "false" -> false | w -> failwith ("no boolean: " ^ w)

let expression () = list (pair positive integer)

let layer () =
  let denominator = integer () in
  let weights = list expression in
  { denominator; weights }

let domain () =
  let box = match word () with
    | "Some" -> let unit = integer () in let ends = list (pair integer integer) in Some (unit, ends)
    | "None" -> None
    | w -> failwith ("no box: " ^ w) in
  let halfspaces = list (pair expression integer) in
  { box; halfspaces }

let relation () = match word () with
  | "Exact" -> Exact
  | "Epsilon" -> let p = integer () in let q = integer () in Epsilon (p, q)
  | "Top1" -> Top1
  | "TopK" -> TopK (integer ())
  | "Margin" -> let p = integer () in let q = integer () in Margin (p, q)
  | w -> failwith ("no relation: " ^ w)

let claim () =
  if word () <> "Claim" then failwith "no claim";
  let inputs = positive () in
  let claimed_domain = domain () in
  let claimed_relation = relation () in
  let left_network = list layer in
  let right_network = list layer in
  { inputs; claimed_domain; claimed_relation; left_network; right_network }

let lemma () =
  let scaling = integer () in
  let uses = list (pair natural integer) in
  { scaling; uses }

let mode () = match word () with
  | "Positive" -> Positive | "Negative" -> Negative
  | "PlusSymbol" -> PlusSymbol | "MinusSymbol" -> MinusSymbol
  | w -> failwith ("no mode: " ^ w)

let partners () = list (fun () ->
  let k = positive () in let partner = positive () in
  let mine = integer () in let its = integer () in (k, { partner; mine; its }))

let step () = match word () with
  | "Split" -> Split (positive ())
  | "SplitOn" -> SplitOn (expression ())
  | "Bisect" -> Bisect (positive ())
  | "SettleAll" -> SettleAll
  | "Pairs" -> Pairs (partners ())
  | "Bounded" -> Bounded (list lemma)
  | "Settle" -> let side = boolean () in let k = positive () in let l = lemma () in
    Settle (side, k, l)
  | "Close" -> Close (list positive)
  | "Cut" -> Cut (expression ())
  | "Decompose" -> let k = positive () in
    let m1 = mode () in let l1 = lemma () in let m2 = mode () in let l2 = lemma () in
    Decompose (k, m1, l1, m2, l2)
  | "Equal" -> Equal (list lemma)
  | "Empty" -> Empty (lemma ())
  | w -> failwith ("no step: " ^ w)

let () =
  let question = claim () in
  let steps = list step in
  if check question steps then print_endline "accepted"
  else match judge question steps with
    | Stuck rest -> Printf.printf "rejected %d\n" (List.length rest)
    | Accepted -> print_endline "rejected 0"
