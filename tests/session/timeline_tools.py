"""What tests of the past share."""


from ganstudio.session.conductor import Conductor


def digest(one):
    return one.session._worker.conductor.digest()


def past(one):
    """The trainer of the moment that is looked at."""
    return one.session._worker.timeline.replay.trainer


def timeline(one, found):
    """Wait for a timeline of which this holds."""
    return one.until(lambda w: w.timeline if w.timeline and found(w.timeline) else None)


def exact(one, step):
    return timeline(one, lambda t: t.looking and t.looking.exact and t.looking.step == step)


def reference(recipe, script, upto):
    """Digests at every step of the run that does as ``script`` says: (step, do) pairs."""
    run = Conductor(recipe, None)
    found = {}
    for step in range(upto + 1):
        while run.step < step:
            run.advance(1)
        for at, do in script:
            if at == step and run.step == step:
                do(run)
        found[run.step] = run.digest()
    return found
