"""Retry with per-key held, prefetch, parallel keys, batched/deferred commits, lost and late scripts, crash, lapse; one partition.

Each job has a record in Redis: (failed attempts, number of the last change, crashes). A command that changes the record carries the
number of its change and does nothing unless that is greater than the one on record; a person's `retry` counts it up in the script.
With `hold` a failed job keeps its key waiting until a person asks."""
import sys
from mc import explore
class Cfg:
    def __init__(s, **k):
        s.keys = "aaba"          # initial stream: a1 a2 b1 a3
        s.late_jobs = ""         # keys of jobs enqueued at any later time
        s.npods = 2; s.W = 3; s.par = 2
        s.fails = 2; s.crash = 1; s.lapse = 1; s.limbo = 1
        s.guard_src = True       # move only if the source is still there, in the same script
        s.sorted_held = True     # held ordered by the job's stream position, not by arrival
        s.load_held = True       # take-over loads held before anything is dispatched
        s.dispatch_check = True  # blocked-check at dispatch (not only at fetch)
        s.wait_pending = True    # a key with an unanswered script is blocked
        s.fence = True; s.limbo_ops = ('fail', 'park', 'commit', 'hdone')
        s.hold = False           # a failed job waits for a person
        s.asks = 0               # how often people ask for a retry
        s.suspects = False       # each start is recorded first, as that of a suspect
        s.numbered = True        # changes of a job's record carry numbers; else an attempt is recorded if it is the next, a crash if it is more
        s.keep = True            # a person's retry keeps the number; else it deletes the record
        for a, b in k.items():
            assert hasattr(s, a), a
            setattr(s, a, b)
def model(c):
    order = c.keys + c.late_jobs
    KS = sorted(set(order)); cnt = {}; key = []; idx = []; prev = []
    lastk = {}
    for i, ch in enumerate(order):
        key.append(KS.index(ch)); cnt[ch] = cnt.get(ch, 0) + 1; idx.append(cnt[ch]); prev.append(lastk.get(ch)); lastk[ch] = i
    J = len(order); K = len(KS); FULL = (1 << J) - 1
    nm = lambda j: f"{KS[key[j]]}{idx[j]}"
    # redis: (stream, held per key, lease(owner,ep,lapsed)) ; net: tuple of ops ; pods: (alive, local)
    #        record per job (failed, number, crashes), keys that wait for a person, last request and ghosts (should they, started and not ended, highest number ever)
    # local: (ep, last, buf, heldview per key, infl ((j,fh)..), pend ops, unc (done uncommitted (j,fh)..), (numbers, waiting keys, failed))
    def init():
        return ((tuple(range(len(c.keys))), ((),) * K, (-1, 0, False), ((0, 0, 0),) * J, (False,) * K, ((False,) * K, (False,) * J, 0, (0,) * J)), (), tuple((True, None) for _ in range(c.npods)), len(c.keys), (0, 0), (c.fails, c.crash, c.lapse, c.limbo, c.asks))
    def hput(held, j, front=False):
        k = key[j]; l = held[k]
        if j in l: return held
        l = tuple(sorted(l + (j,))) if c.sorted_held else ((j,) + l if front else l + (j,))
        return held[:k] + (l,) + held[k + 1:]
    def hdel(held, j):
        k = key[j]
        return held[:k] + (tuple(x for x in held[k] if x != j),) + held[k + 1:]
    def execute(R, op, comm):
        """the Lua script; returns (R, comm, fenced, violation)"""
        kind, i, ep, j, n, a = op
        stream, held, lease, rec, blocked, (should, crash, req, most) = R
        if c.fence and (lease[0] != i or lease[1] != ep): return R, comm, True, None
        k = key[j]; failed, change, crashed = rec[j]
        def put(t, x, v): return t[:x] + (v,) + t[x + 1:]
        if kind == 'commit':
            return (tuple(x for x in stream if x != j), held, lease, put(rec, j, (0, 0, 0)), blocked, (should, crash, req, most)), comm | 1 << j, False, None
        if kind == 'hdone':
            return (stream, hdel(held, j), lease, put(rec, j, (0, 0, 0)), put(blocked, k, False), (put(should, k, False), crash, req, most)), comm | 1 << j, False, None
        if kind == 'park':
            if j in stream or not c.guard_src:
                return (tuple(x for x in stream if x != j), hput(held, j), lease, rec, blocked, (should, crash, req, most)), comm, False, None
        if kind == 'fail':
            new = n > change if c.numbered else a == failed + 1
            if (j in stream or j in held[k] or not c.guard_src) and new:
                bad = None
                if c.hold and not should[k] and most[j] >= n: bad = f"PERSON: a late failure holds {KS[k]} again"
                return (tuple(x for x in stream if x != j), hput(held, j, True), lease, put(rec, j, (a, n, 0)), put(blocked, k, c.hold), (put(should, k, c.hold), put(crash, j, False), req, put(most, j, max(n, most[j])))), comm, False, bad
        if kind == 'suspect':
            new = n > change if c.numbered else crashed < 1
            if (j in stream or j in held[k]) and new:
                bad = f"SUSPECT: a late start of {nm(j)} is on record after its end" if not crash[j] and most[j] >= n else None
                return (stream, held, lease, put(rec, j, (failed, max(n, change), 1)), blocked, (should, put(crash, j, True), req, put(most, j, max(n, most[j])))), comm, False, bad
        if kind == 'attend':
            if a > req and held[k] and held[k][0] == j:
                return (stream, held, lease, put(rec, j, (0, change + 1 if c.keep else 0, 0)), put(blocked, k, False), (put(should, k, False), put(crash, j, False), a, most)), comm, False, None
        return R, comm, False, None
    def succ(S):
        R, net, pods, nxt, jobs, bud = S
        stream, held, lease, rec, blocked, gh = R
        done, comm = jobs
        fails, crash, lapse, limbo, asks = bud
        clean = crash == c.crash and lapse == c.lapse and limbo == c.limbo
        out = []
        def emit(label, fault=False, R=R, net=net, pods=pods, nxt=nxt, jobs=jobs, bud=bud, bad=None):
            out.append((label, fault, (R, net, pods, nxt, jobs, bud), bad))
        def put(t, x, v): return t[:x] + (v,) + t[x + 1:]
        def setl(i, loc, pd=None):
            pd = pods if pd is None else pd
            return pd[:i] + ((pd[i][0], loc),) + pd[i + 1:]
        def known(R, loc, op):
            """what the owner learns from the answer to a person's request, and to a recorded start that it had to repeat"""
            if op[0] != 'attend': return loc
            j = op[3]; num, lb, lf = loc[7]
            return loc[:7] + ((put(num, j, R[3][j][1]), put(lb, key[j], R[4][key[j]]), put(lf, j, R[3][j][0])),)
        def docall(i, loc, op, label, jobs=jobs, bud=bud, fault=False, upd=None):
            """loc: local after issuing; upd(loc) applied when the reply arrives"""
            R2, comm2, fenced, bad = execute(R, op, jobs[1])
            emit(label + (" FENCED" if fenced else ""), fault, R=R2, pods=setl(i, None if fenced else known(R2, upd(loc) if upd else loc, op)), jobs=(jobs[0], comm2), bud=bud, bad=bad)
            if bud[3] and op[0] in c.limbo_ops:
                l2 = loc[:5] + (loc[5] + (op,),) + loc[6:]
                emit(label + " [no reply; script still on its way]", True, net=net + (op,), pods=setl(i, l2), jobs=jobs, bud=put(bud, 3, bud[3] - 1))
        for x, op in enumerate(net):
            R2, comm2, fenced, bad = execute(R, op, comm)
            emit(f"LATE script {op[0]}({nm(op[3])}) of pod{op[1]} executes{' FENCED' if fenced else ''}", False, R=R2, net=net[:x] + net[x + 1:], jobs=(done, comm2), bad=bad)
        for i, (al, loc) in enumerate(pods):
            if not al: continue
            if loc is None:
                if lease[0] == -1 or lease[2] or not pods[lease[0]][0]:
                    hv = held if c.load_held else ((),) * K
                    x = (tuple(r[1] for r in rec), blocked, tuple(r[0] for r in rec))
                    emit(f"pod{i} acquires (epoch {lease[1]+1})", False, R=R[:2] + ((i, lease[1] + 1, False),) + R[3:], pods=setl(i, (lease[1] + 1, -1, (), hv, (), (), (), x)))
                continue
            ep, last, buf, hv, infl, pend, unc, (num, lb, lf) = loc
            X = (num, lb, lf)
            valid = lease[0] == i and lease[1] == ep; trust = valid and not lease[2]
            if lapse and trust: emit(f"pod{i} lease LAPSES (paused)", True, R=R[:2] + ((i, ep, True),) + R[3:], bud=put(bud, 2, lapse - 1))
            if not trust: emit(f"pod{i} notices loss", False, pods=setl(i, None))
            pk = {key[o[3]] for o in pend} if c.wait_pending else set()
            # repeat a pending op
            for x, op in enumerate(pend):
                l2 = (ep, last, buf, hv, infl, pend[:x] + pend[x + 1:], unc, X)
                R2, comm2, fenced, bad = execute(R, op, comm)
                emit(f"pod{i} repeats {op[0]}({nm(op[3])}){' FENCED' if fenced else ''}", False, R=R2, pods=setl(i, None if fenced else known(R2, l2, op)), jobs=(done, comm2), bad=bad)
            # fetch
            room = c.W - len(buf)
            new = [j for j in stream if j > last][:max(0, room)]
            if new and valid:
                emit(f"pod{i} fetches {[nm(j) for j in new]}", False, pods=setl(i, (ep, new[-1], buf + tuple(new), hv, infl, pend, unc, X)))
            # dispatch
            def start(j, fh, nb, label):
                bad = chk(S, i, j, clean)
                go = lambda l: l[:2] + (nb, hv, tuple(sorted(infl + ((j, fh),)))) + l[5:]
                if not c.suspects:
                    emit(label, False, pods=setl(i, go(loc)), bad=bad)
                else:
                    n = num[j] + 1
                    l2 = loc[:7] + ((put(num, j, n), lb, lf),)
                    docall(i, l2, ('suspect', i, ep, j, n, 0), label + ", recorded", upd=go)
            inflk = {key[j] for j, _ in infl}; seen = set()
            if trust:
                for x, j in enumerate(buf):
                    k = key[j]
                    if k in seen or k in inflk or k in pk: seen.add(k); continue
                    seen.add(k)
                    nb = buf[:x] + buf[x + 1:]
                    if hv[k] and (c.dispatch_check or x == len(buf) - 1 and False):
                        docall(i, (ep, last, nb, hput(hv, j), infl, pend, unc, X), ('park', i, ep, j, 0, 0), f"pod{i} parks {nm(j)}")
                    elif len(infl) < c.par:
                        start(j, False, nb, f"pod{i} starts {nm(j)}")
                for k in range(K):
                    if hv[k] and k not in inflk and k not in pk and len(infl) < c.par and not lb[k]:
                        j = hv[k][0]
                        if (j, True) in unc: continue
                        start(j, True, buf, f"pod{i} starts {nm(j)} (held)")
                # a person asks
                for k in range(K):
                    if asks and lb[k] and hv[k] and k not in inflk and k not in pk:
                        docall(i, loc, ('attend', i, ep, hv[k][0], 0, c.asks - asks + 1), f"a person retries {nm(hv[k][0])}: pod{i} attends", bud=put(bud, 4, asks - 1))
            # finish
            for x, (j, fh) in enumerate(infl):
                ni = infl[:x] + infl[x + 1:]
                jb = (done | 1 << j, comm)
                if fh:
                    docall(i, (ep, last, buf, hdel(hv, j), ni, pend, unc, X), ('hdone', i, ep, j, 0, 0), f"pod{i} {nm(j)} ok, removed from held", jobs=jb)
                else:
                    emit(f"pod{i} {nm(j)} ok", False, pods=setl(i, (ep, last, buf, hv, ni, pend, tuple(sorted(unc + ((j, fh),))), X)), jobs=jb)
                if fails:
                    n = num[j] + 1; at = lf[j] + 1
                    X2 = (put(num, j, n), put(lb, key[j], c.hold), put(lf, j, at))
                    docall(i, (ep, last, buf, hput(hv, j, True), ni, pend, unc, X2), ('fail', i, ep, j, n, at), f"pod{i} {nm(j)} FAILS -> held" + (" until a person asks" if c.hold else ""), bud=put(bud, 0, fails - 1), fault=True)
            for x, (j, fh) in enumerate(unc):
                docall(i, (ep, last, buf, hv, infl, pend, unc[:x] + unc[x + 1:], X), ('commit', i, ep, j, 0, 0), f"pod{i} commits {nm(j)}")
        if crash:
            for i in range(c.npods):
                if pods[i][0] and sum(p[0] for p in pods) > 1:
                    emit(f"pod{i} CRASHES", True, pods=pods[:i] + ((False, None),) + pods[i + 1:], bud=put(bud, 1, crash - 1))
        if nxt < J: emit(f"enqueue {nm(nxt)}", False, R=(stream + (nxt,),) + R[1:], nxt=nxt + 1)
        return out
    def chk(S, i, j, clean):
        R, net, pods, nxt, (done, comm), bud = S
        if comm >> j & 1: return f"RESURRECT: {nm(j)} was committed and starts again"
        m = prev[j]
        while m is not None:
            if not done >> m & 1: return f"G2: {nm(j)} starts before {nm(m)} is done"
            m = prev[m]
        if clean and done >> j & 1: return f"G4: {nm(j)} twice without fault"
        return None
    def check(S):
        R, net, pods, nxt, (done, comm), bud = S
        pres = 0
        for j in R[0]: pres |= 1 << j
        for t in R[1]:
            for j in t: pres |= 1 << j
        miss = ((1 << nxt) - 1) & ~comm & ~pres
        if miss: return "G1: lost " + nm(miss.bit_length() - 1)
    def goal(S):
        R, net, pods, nxt, (done, comm), bud = S
        return comm == FULL and not R[0] and not any(R[1])
    return init(), succ, goal, check
def run(name, M=3_000_000, live=True, **k):
    c = Cfg(**k); i, s, g, ch = model(c); return explore(i, s, g, ch, max_states=M, name=name, live=live)
if __name__ == '__main__':
    B = dict(keys="aab", fails=1, crash=0, lapse=0, limbo=0)
    P = dict(keys="aa", fails=1, crash=0, lapse=0, limbo=1, hold=True, asks=2, limbo_ops=('fail', 'suspect'))
    if sys.argv[1] == 'm':
        run("R-a no source guard", **{**B, 'limbo': 1, 'guard_src': False})
        run("R-b arrival order + unanswered park not awaited", **{**B, 'keys': 'aaa', 'limbo': 1, 'sorted_held': False, 'wait_pending': False, 'limbo_ops': ('park',), 'fails': 1, 'crash': 0})
        run("R-c sorted, unanswered park not awaited", **{**B, 'keys': 'aaa', 'limbo': 1, 'wait_pending': False, 'limbo_ops': ('park',), 'fails': 1})
        run("R-c2 sorted, unanswered fail not awaited", **{**B, 'keys': 'aaa', 'limbo': 1, 'wait_pending': False, 'limbo_ops': ('fail',), 'fails': 1})
        run("R-d take-over does not load held", **{**B, 'crash': 1, 'load_held': False})
        run("R-e blocked check at fetch only", **{**B, 'dispatch_check': False})
        run("R-f no fence", **{**B, 'fence': False, 'lapse': 1})
        run("R-g the attempt must be the next one, no number", **{**P, 'numbered': False})
        run("R-h a person's retry deletes the number", **{**P, 'keep': False})
        run("R-i a start is recorded if that is more crashes, no number", **{**P, 'hold': False, 'numbered': False, 'suspects': True})
    else:
        run("R proposed aaba, fail2 crash limbo", keys="aaba", fails=2, crash=1, lapse=0, limbo=1)
        run("R proposed aab, fail2 lapse limbo", keys="aab", fails=2, crash=0, lapse=1, limbo=1)
        run("R proposed aa + late a, fail1 crash lapse limbo1", keys="aa", late_jobs="a", fails=1, crash=1, lapse=1, limbo=1)
        run("R proposed aaa, limbo2, fail2, crash", keys="aaa", fails=2, crash=1, lapse=0, limbo=2)
        run("R proposed aabb, fail1 crash lapse", keys="abab", fails=2, crash=1, lapse=1, limbo=0)
        run("R persons aa, fail2, limbo2", **{**P, 'fails': 2, 'limbo': 2, 'asks': 3})
        run("R persons aa, fail2, limbo2 of everything", **{**P, 'fails': 2, 'limbo': 2, 'asks': 4, 'limbo_ops': ('fail', 'park', 'commit', 'hdone', 'attend')})
        run("R persons aab, fail2, limbo1, crash", **{**P, 'keys': 'aab', 'fails': 2, 'limbo': 1, 'asks': 3, 'crash': 1})
        run("R persons aa, fail2, limbo1, lapse", **{**P, 'fails': 2, 'asks': 3, 'lapse': 1})
        run("R persons aa, each start recorded, fail2, limbo2", **{**P, 'fails': 2, 'limbo': 2, 'asks': 3, 'suspects': True})
        run("R each start recorded, fail2, limbo1, crash", **{**P, 'fails': 2, 'hold': False, 'suspects': True, 'crash': 1})
