# Is a word over 0 and 1 the same backwards? It erases the word and halts in yes or no.
states  first zero one zero? one? back yes no
symbols _ 0 1
first _ -> yes   _ N
first 0 -> zero  _ R
first 1 -> one   _ R
zero  0 -> zero  0 R
zero  1 -> zero  1 R
zero  _ -> zero? _ L
one   0 -> one   0 R
one   1 -> one   1 R
one   _ -> one?  _ L
zero? _ -> yes   _ N
zero? 0 -> back  _ L
zero? 1 -> no    1 N
one?  _ -> yes   _ N
one?  1 -> back  _ L
one?  0 -> no    0 N
back  0 -> back  0 L
back  1 -> back  1 L
back  _ -> first _ R
