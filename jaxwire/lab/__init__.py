"""An experiment in the units of its laboratory: numbers with units in, meV, nm and mK with errors out.

In the order of the data flow: `quantities` (texts such as "14.4 meV" and "120(30) nm" become numbers, and numbers such
texts), `carriers` (one number of the electrons determines the others), `known_wire` (the wire, and its units),
`thermometry`, `readings` (files of the laboratory), `names` (which unit a name of a fit has), `solved`, `fitting`,
`fit_result`, `planning`, `figures`, `report`, and `lab`, the public class.
"""
