# The busy beaver of 2 states: 6 steps, 4 ones.
states  A B H
symbols 0 1
A 0 -> B 1 R
A 1 -> B 1 L
B 0 -> A 1 L
B 1 -> H 1 R
