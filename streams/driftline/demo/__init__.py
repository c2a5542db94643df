"""The demo: the whole main job on an embedded broker, with every flight that left New York in the winter of 2013.

Data and model server are the demo's own (`flights`, `server`, `captures`); broker, worker, topics, baseline and results are
the ones of every other installation.
"""
