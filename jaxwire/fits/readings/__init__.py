"""What an experiment reads, by the free parameters.

In the order of the data flow: `groups` (measurements as arrays), `program` (what is compiled in, and what is not),
`fixed_nodes` (of which slopes are taken), `signals` (of the wire, the kernel of a fit), `residuals` (what readings
differ by).
"""
