# Copies a word over 0 and 1 behind a bar: 0 1 1 becomes 0 1 1 | 0 1 1. Seven states, four symbols;
# it halts in read on the bar.
states  bar rewind read zero one zero_back one_back
symbols _ 0 1 |
bar       0 -> bar       0 R
bar       1 -> bar       1 R
bar       _ -> rewind    | L
rewind    0 -> rewind    0 L
rewind    1 -> rewind    1 L
rewind    _ -> read      _ R
read      0 -> zero      _ R
read      1 -> one       _ R
zero      0 -> zero      0 R
zero      1 -> zero      1 R
zero      | -> zero      | R
zero      _ -> zero_back 0 L
one       0 -> one       0 R
one       1 -> one       1 R
one       | -> one       | R
one       _ -> one_back  1 L
zero_back 0 -> zero_back 0 L
zero_back 1 -> zero_back 1 L
zero_back | -> zero_back | L
zero_back _ -> read      0 R
one_back  0 -> one_back  0 L
one_back  1 -> one_back  1 L
one_back  | -> one_back  | L
one_back  _ -> read      1 R
