# Adds one to a binary number; the head begins on its first digit and ends there.
states  right carry back done
symbols _ 0 1
right 0 -> right 0 R
right 1 -> right 1 R
right _ -> carry _ L
carry 1 -> carry 0 L
carry 0 -> back  1 L
carry _ -> done  1 N
back  0 -> back  0 L
back  1 -> back  1 L
back  _ -> done  _ R
