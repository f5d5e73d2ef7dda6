"""Crash suspects of a whole process: jobs in upper case kill every process that runs them; processes are replaced at once.

A process owns partitions (of any queues) and runs one job of each at a time. After a crash the first W entries of its partitions are
suspects, wherever these partitions go. What the next owner knows is the record of each job in Redis: (crashed, doublings).
Rule: one suspect at a time has the turn of its process; its start is recorded as a crash unless another suspect still runs there. One
that runs longer than its patience has its crash taken back and its patience doubled, in Redis, before another gets the turn.
`slow` says how many doublings a job needs to end (or to kill) within its patience."""
import sys
from mc import explore

class Cfg:
    def __init__(s, **k):
        s.parts = ("aX", "bc")       # the streams
        s.slow = {}                  # job -> doublings that it needs; 0 unless given
        s.npods = 1; s.W = 2
        s.max = 3                    # maxCrashes; the crash that makes a job a suspect is the first
        s.dirty = False              # the first owners come after a crash
        s.held = ""                  # jobs that had failed before, each the head of a held key
        s.hang = ""                  # jobs that never end
        s.crash = 0                  # innocent crashes of a pod
        s.moves = 0                  # planned hand-overs
        s.lapses = 0                 # a pod stands still, a partition gets another owner, and its job runs on
        s.kills = None               # bound on the kills of each killer; None: max + its slowness + the slowness of all others
        s.one_turn = True            # one suspect at a time in the process, not one for each partition
        s.settle = True              # the turn ends when the end of the job is on record, not with the job
        s.cautious_next = True       # in its partition, the job after a suspect waits for that, too
        s.withdraw = True            # past its patience a suspect has its crash taken back
        s.answered = True            # others go on only when that is answered
        s.together = True            # a suspect that starts while another runs is not counted
        s.doubles = True             # the patience of those that ran together doubles
        s.patient = True             # a suspect past its patience lets others go on at all
        s.keep = True                # a release or hand-over hands on what is left of the suspects
        s.zombies = True             # a job that runs on after its lease was lost keeps the turn, until its patience is over
        s.cover_held = True          # the heads of held keys are suspects, too
        s.take_back = True           # a start that was recorded and did not happen is taken back
        for a, b in k.items():
            assert hasattr(s, a), a
            setattr(s, a, b)

def model(c):
    NP = len(c.parts)
    jobs = "".join(c.parts)
    ix = {j: i for i, j in enumerate(jobs)}
    slow = lambda j: c.slow.get(j, 0)
    top = max([min(slow(j), 3) for j in jobs] + [0]) + 1
    killer = str.isupper
    bound = {j: c.kills if c.kills is not None else c.max + sum(slow(o) for o in jobs) for j in jobs if killer(j)}
    def first(stream, n):
        """the suspects: heads of held keys, and the first n of the others"""
        held = [j for j in stream if j in c.held]
        return ("".join(held) if n and c.cover_held else "") + "".join([j for j in stream if j not in held][:n])
    # a partition: (stream, owner, suspects at the head for the next owner)
    # a pod: ((per partition: None | (suspects, run, done)), turn, zombies, sent)
    #   run: None | (job, mode): 'n' no suspect, 'r' recorded and not started, 'a' alone and counted, 't' not counted
    #   done: ((job, was a suspect) ..) not yet committed;  turn: job that has it, or None
    #   zombies: jobs that run on without a lease; sent: jobs whose withdrawal is on its way
    fresh = ((None,) * NP, None, (), ())
    def init():
        return (tuple((s, -1, c.W if c.dirty else 0) for s in c.parts), ((0, 0),) * len(jobs), (fresh,) * c.npods, (0,) * len(jobs), (c.crash, c.moves, c.lapses))
    def succ(S):
        parts, recs, pods, kills, bud = S
        out = []
        def put(t, i, v): return t[:i] + (v,) + t[i + 1:]
        def emit(l, f=False, bad=None, parts=parts, recs=recs, pods=pods, kills=kills, bud=bud):
            out.append((l, f, (parts, recs, pods, kills, bud), bad))
        def local(i, p, v, turn=0, zombies=None, sent=None):
            q, t, z, s = pods[i]
            return put(pods, i, (put(q, p, v), t if turn == 0 else turn, z if zombies is None else zombies, s if sent is None else sent))
        def rec(j, r): return put(recs, ix[j], (r[0], min(top, r[1])))
        def dead(i, l, f=False, by=None, bud=bud):
            ps = parts
            for p in range(NP):
                if pods[i][0][p] is not None: ps = put(ps, p, (ps[p][0], -1, c.W))
            ks = kills if by is None else put(kills, ix[by], kills[ix[by]] + 1)
            bad = f"{by} has killed {ks[ix[by]]} times" if by is not None and ks[ix[by]] > bound[by] else None
            emit(l, f, bad, parts=ps, pods=put(pods, i, fresh), kills=ks, bud=bud)
        def suspects_running(i):
            own = [r[1][0] for r in pods[i][0] if r is not None and r[1] is not None and r[1][1] in 'rat']
            return own + list(pods[i][2]) + [d[0] for r in pods[i][0] if r is not None for d in r[2] if d[1]]
        for p, (stream, owner, sus) in enumerate(parts):
            if owner != -1 or not stream: continue
            for i in range(c.npods):
                emit(f"pod{i} acquires p{p}, suspects {first(stream, sus)}", parts=put(parts, p, (stream, i, sus)), pods=local(i, p, (first(stream, sus), None, ())))
        for i, (owned, turn, zombies, sent) in enumerate(pods):
            if bud[0] and any(o is not None for o in owned): dead(i, f"pod{i} CRASHES by itself", True, bud=(bud[0] - 1, bud[1], bud[2]))
            for z in zombies:
                zs = tuple(x for x in zombies if x != z)
                if killer(z):
                    if not (turn == z and slow(z) > recs[ix[z]][1]): dead(i, f"{z} KILLS pod{i} (after its lease)", by=z)
                else: emit(f"{z} ends on pod{i}, ignored", pods=put(pods, i, (owned, None if turn == z else turn, zs, sent)))
                if turn == z and slow(z) > recs[ix[z]][1]: emit(f"patience for {z} is over, its lease is lost", pods=put(pods, i, (owned, None, zombies, sent)))
            for s in sent:
                r = recs[ix[s]]
                emit(f"withdrawal of {s} arrives", recs=rec(s, (r[0] - 1, r[1] + 1)), pods=put(pods, i, (owned, turn, zombies, tuple(x for x in sent if x != s))))
            for p, loc in enumerate(owned):
                if loc is None: continue
                stream = parts[p][0]
                left, run, done = loc
                # finish
                if run is not None:
                    j, mode = run
                    r = recs[ix[j]]
                    if mode == 'r':
                        emit(f"pod{i} starts {j}", pods=local(i, p, (left, (j, 'a'), done)))
                        if bud[2]:
                            back = rec(j, (r[0] - 1, r[1])) if c.take_back else recs
                            emit(f"pod{i} stands still, does not start {j}", True, recs=back, pods=local(i, p, (left, None, done), turn=None if turn == j else turn), bud=(bud[0], bud[1], bud[2] - 1))
                        continue
                    over = mode == 'a' and turn == j and slow(j) > r[1] and c.patient
                    if over:
                        d = 1 if c.doubles else 0
                        if not c.withdraw: emit(f"patience for {j} is over", pods=local(i, p, (left, (j, 't'), done), turn=None))
                        elif c.answered: emit(f"patience for {j} is over: withdrawn", recs=rec(j, (r[0] - 1, r[1] + d)), pods=local(i, p, (left, (j, 't'), done), turn=None))
                        else: emit(f"patience for {j} is over: withdrawal sent", pods=local(i, p, (left, (j, 't'), done), turn=None, sent=sent + (j,)))
                    elif mode == 't' and turn == j: emit(f"patience for {j} is over", pods=local(i, p, loc, turn=None))
                    if not over:
                        if killer(j): dead(i, f"{j} KILLS pod{i}", by=j)
                        elif j not in c.hang:
                            was = mode != 'n'
                            emit(f"pod{i}: {j} ok", pods=local(i, p, (left, None, done + ((j, was),)), turn=None if turn == j and not c.settle else turn))
                    if bud[2]:
                        emit(f"pod{i} loses p{p} while {j} runs", True, parts=put(parts, p, (stream, -1, c.W)), pods=local(i, p, None, zombies=zombies + (j,) if mode != 'n' or killer(j) else zombies, turn=None if turn == j and not c.zombies else turn), bud=(bud[0], bud[1], bud[2] - 1))
                # commit
                if done:
                    gone = [d[0] for d in done]
                    emit(f"pod{i} commits {''.join(gone)}", parts=put(parts, p, ("".join(x for x in stream if x not in gone),) + parts[p][1:]),
                         recs=tuple((0, 0) if jobs[n] in gone else x for n, x in enumerate(recs)),
                         pods=local(i, p, ("".join(x for x in left if x not in gone), run, ()), turn=None if turn in gone else turn))
                if run is not None: continue
                # a planned release: whoever is first gets it
                if bud[1] and not done:
                    n = len(left) and max(stream.index(x) for x in left) + 1
                    emit(f"pod{i} hands over p{p}", True, parts=put(parts, p, (stream, -1, n if c.keep else 0)), pods=local(i, p, None), bud=(bud[0], bud[1] - 1, bud[2]))
                # start
                todo = [x for x in stream if x not in [d[0] for d in done]]
                if not todo or len(done) >= c.W - 1: continue
                j = ([x for x in todo if x in c.held and x in left] + todo)[0]
                suspect = j in left
                if c.cautious_next and done and (suspect or any(d[1] for d in done)): continue
                if not suspect:
                    emit(f"pod{i} starts {j}", pods=local(i, p, (left, (j, 'n'), done)))
                    continue
                r = recs[ix[j]]
                if r[0] > 0 and r[0] + 1 >= c.max:
                    emit(f"BURY {j}", bad=None if killer(j) else f"INNOCENT {j} buried as a killer", parts=put(parts, p, (stream.replace(j, ""),) + parts[p][1:]), pods=local(i, p, (left.replace(j, ""), None, done)))
                elif not c.one_turn:
                    emit(f"pod{i} records crash {r[0]+1} of {j}", recs=rec(j, (r[0] + 1, r[1])), pods=local(i, p, (left, (j, 'r'), done)))
                elif turn is None:
                    if c.together and suspects_running(i):
                        d = 1 if c.doubles else 0
                        emit(f"pod{i} records {j} as not alone, starts it", recs=rec(j, (r[0], r[1] + d)), pods=local(i, p, (left, (j, 't'), done), turn=j))
                    else: emit(f"pod{i} records crash {r[0]+1} of {j}", recs=rec(j, (r[0] + 1, r[1])), pods=local(i, p, (left, (j, 'r'), done), turn=j))
        return out
    goal = lambda S: all(not s or s[0] in c.hang for s, o, n in S[0])
    return init(), succ, goal

def run(name, M=1_500_000, **k):
    i, s, g = model(Cfg(**k)); return explore(i, s, g, max_states=M, name=name)

if __name__ == '__main__':
    if sys.argv[1] == 'c':
        run("S two partitions, one killer, maxCrashes 2", max=2)
        run("S three partitions, one killer at a head", parts=("Xa", "bc", "de"), max=2)
        run("S killers in two partitions at once", parts=("aX", "Yb"))
        run("S a slow killer", slow={'X': 2}, max=2)
        run("S a slow innocent beside a killer", parts=("sX", "bc"), slow={'s': 2}, max=2)
        run("S a slow innocent in the other partition", parts=("aX", "sb"), slow={'s': 2}, max=2)
        run("S a slow killer and a slow innocent", parts=("X", "s", "b"), slow={'X': 1, 's': 2}, max=2)
        run("S two pods, one killer, hand-overs", npods=2, moves=3, max=2)
        run("S two pods, killers in two partitions, a hand-over", npods=2, parts=("X", "Yb"), moves=1)
        run("S an innocent crash, a slow innocent", parts=("X", "s", "b"), slow={'s': 1}, crash=1, max=3)
        run("S a lapse, a slow killer", parts=("X", "sb"), slow={'X': 1}, lapses=1, max=3)
        run("S a lapse, two pods", npods=2, parts=("X", "bc"), lapses=1, max=3)
        run("S a killer behind the suspects", parts=("abcX",), dirty=True, W=3, max=2)
        run("S a killer that had failed, held, behind others", parts=("bcX", "d"), held="X", max=2)
        run("S a job that hangs", parts=("h", "b"), hang="h", slow={'h': 9}, dirty=True)
        run("S killers in two partitions at once, slow, with a slow innocent", parts=("X", "Y", "s"), slow={'X': 1, 'Y': 1, 's': 1})
    else:
        run("S-1 one suspect for each partition", one_turn=False)
        run("S-2 the turn ends with the job, not with its record", settle=False, max=2)
        run("S-3 the first job behind the suspects does not wait", parts=("abcX",), dirty=True, W=3, cautious_next=False, max=2)
        run("S-4 past its patience a suspect stays counted", parts=("X", "s"), slow={'s': 1}, withdraw=False, max=2)
        run("S-5 others go on before the withdrawal is answered", parts=("X", "s"), slow={'s': 1}, answered=False, max=2)
        run("S-6 those that start meanwhile are counted", parts=("X", "b"), slow={'X': 1}, together=False, max=2)
        run("S-7 patience does not double", parts=("X", "s"), slow={'X': 1}, doubles=False, max=2)
        run("S-8 suspects do not let others go on", parts=("h", "b"), hang="h", slow={'h': 9}, dirty=True, patient=False)
        run("S-9 a hand-over forgets the suspects", npods=2, parts=("X", "b"), moves=3, keep=False, max=2)
        run("S-10 the turn is free when a lease is lost", parts=("X", "bc"), lapses=1, zombies=False, max=3)
        run("S-12 the heads of held keys are no suspects", parts=("bcX", "d"), held="X", cover_held=False, max=2)
        run("S-11 a start that did not happen stays counted", parts=("Xb",), lapses=1, take_back=False, max=2, crash=1)
