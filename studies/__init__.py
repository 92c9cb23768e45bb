"""What needs several runs: how much a method agrees with itself, what lies between two methods, all runs at once.

A study says which runs it needs and reads what is measured on them; where runs come from and where numbers are kept
is the business of whoever hands in a `Runs`.
"""
