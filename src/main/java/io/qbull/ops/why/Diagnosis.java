package io.qbull.ops.why;

import io.qbull.model.Pause;
import io.qbull.model.why.Cause;
import io.qbull.model.why.JobCause;
import io.qbull.model.why.LeaseCause;
import io.qbull.model.why.OwnerCause;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.PauseText;
import io.qbull.model.why.StoreCause;
import io.qbull.model.why.Succession;
import io.qbull.store.Examiner.JobView;
import io.qbull.store.Examiner.Lease;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the causes in a {@link Situation}, the weightiest first: what keeps everything from running, then what keeps back the subject, then
 * what its partition waits for, and last what will matter later. Pure.
 */
final class Diagnosis {
    /** The first job has waited for so long, and nothing has moved: that is no moment between two jobs. */
    static final Duration IDLE = Duration.ofSeconds(10);

    private static final String OF_ITS_KEY = "of its key";
    /** The most held keys that are named. */
    static final int MOST_KEYS = 3;

    private final Situation now;
    private final List<Cause> causes = new ArrayList<>();
    private boolean paused;

    private Diagnosis(Situation now) {
        this.now = now;
    }

    /**
     * @param situation what is known
     * @return the causes by weight; never empty
     */
    static List<Cause> of(Situation situation) {
        Diagnosis diagnosis = new Diagnosis(situation);
        diagnosis.find();
        return List.copyOf(diagnosis.causes);
    }

    private void find() {
        if (over()) {
            return;
        }
        everything();
        boolean owned = owner();
        subject();
        boolean gated = gated();
        if (gated && now.barrier() != null) {
            causes.add(now.barrier());
        }
        if (owned) {
            work(gated);
        }
        later();
        if (now.server().full()) {
            boolean idle = causes.stream().allMatch(Diagnosis::harmless);
            causes.add(
                    idle ? 0 : causes.size(),
                    new StoreCause.RedisFull(
                            now.server().usedBytes(), now.server().limitBytes()));
        }
        if (causes.isEmpty()) {
            causes.add(new JobCause.Nothing("", false));
        }
    }

    private static boolean harmless(Cause cause) {
        return cause instanceof OwnerCause.Working || cause instanceof JobCause.NextDue;
    }

    /** What has ended waits for nothing. */
    private boolean over() {
        if (now.subject() instanceof Subject.Dead dead) {
            causes.add(new JobCause.GivenUp(dead.job().id(), dead.job().key(), dead.attempts(), dead.reason()));
        } else if (now.subject() instanceof Subject.Gone gone) {
            causes.add(new JobCause.Done(gone.id()));
        } else if (now.subject() instanceof Subject.Nowhere nowhere) {
            causes.add(new JobCause.Nothing(nowhere.what(), nowhere.more()));
        }
        return !causes.isEmpty();
    }

    /** What keeps all jobs of the partition from running, whatever its owner does. */
    private void everything() {
        if (!now.server().readOnly().isEmpty()) {
            causes.add(new StoreCause.RedisReadOnly(now.server().readOnly()));
        }
        for (Pause pause : now.fleet().pauses()) {
            if (covers(pause.scope())) {
                paused = true;
                causes.add(new JobCause.Paused(PauseText.sentence(pause)));
            }
        }
    }

    private boolean covers(Pause.Scope scope) {
        if (scope instanceof Pause.Scope.Partition one) {
            return one.index() == now.partition().id().index();
        }
        return scope instanceof Pause.Scope.Queue
                || (scope instanceof Pause.Scope.Key one && one.key().equals(subjectKey()));
    }

    /** The key that is asked about; of a partition, that of its first job. Null if there is none. */
    private @Nullable String subjectKey() {
        if (now.subject() instanceof Subject.InStream in) {
            return in.job().key();
        } else if (now.subject() instanceof Subject.Held held) {
            return held.job().key();
        } else if (now.subject() instanceof Subject.Delayed delayed) {
            return delayed.job().key();
        }
        JobView head = now.partition().head();
        return head == null ? null : head.key();
    }

    /** Whether the partition has an owner that renews its lease. */
    private boolean owner() {
        Lease lease = now.partition().lease();
        if (!lease.alive()) {
            if (now.partition().jobs() > 0) {
                causes.add(Succession.cause(
                        lease.ended(), now.fleet().partitions(), now.fleet().pods()));
            }
            return false;
        }
        LeaseCause missed = lease.missed();
        if (missed != null) {
            causes.add(missed);
        }
        return missed == null;
    }

    private static String name(Lease lease) {
        return String.valueOf(lease.owner());
    }

    private void subject() {
        OwnerReport report = now.partition().lease().report();
        if (now.subject() instanceof Subject.InStream in) {
            HeldKey key = in.key();
            if (key != null) {
                behind(in.job(), in.before(), OF_ITS_KEY);
                held(report, key);
            } else if (!runs(report, in.job())) {
                behind(in.job(), in.before(), "in partition " + now.partition().id());
            }
        } else if (now.subject() instanceof Subject.Held held) {
            behind(held.job(), held.before(), OF_ITS_KEY);
            HeldKey key = held.key();
            if (key != null) {
                held(report, key);
            }
        } else if (now.subject() instanceof Subject.Delayed delayed && !delayed.isDue()) {
            causes.add(new JobCause.NotDue(delayed.job().id(), delayed.job().key(), delayed.dueIn()));
        }
    }

    private void behind(JobView job, long before, String where) {
        if (before > 0) {
            causes.add(new JobCause.Behind(job.id(), job.key(), before, where));
        }
    }

    private void held(@Nullable OwnerReport report, HeldKey key) {
        if (!runs(report, key.first().key())) {
            causes.add(held(key));
        }
    }

    private static boolean runs(@Nullable OwnerReport report, JobView job) {
        return report != null && report.job() != null && report.job().id().equals(job.id());
    }

    private static boolean runs(@Nullable OwnerReport report, String key) {
        return report != null && report.job() != null && report.job().key().equals(key);
    }

    private static JobCause.KeyHeld held(HeldKey key) {
        return new JobCause.KeyHeld(
                key.first().key(),
                key.first().id().value(),
                key.pause().attempts(),
                key.pause().reason(),
                key.pause().dueIn());
    }

    /** Whether a resize keeps what is asked about from running: its key leaves, or it stands behind the marker. */
    private boolean gated() {
        Partition partition = now.partition();
        if (now.barrier() == null) {
            return false;
        } else if (now.subject() instanceof Subject.InStream in) {
            return partition.gate() || now.leaves(in.job().key());
        } else if (now.subject() instanceof Subject.Held held) {
            return now.leaves(held.job().key());
        } else if (now.subject() instanceof Subject.Delayed delayed) {
            return delayed.isDue();
        }
        JobView head = partition.head();
        OwnerReport report = partition.lease().report();
        boolean worked = report != null && report.kind() != OwnerReport.Kind.RESIZE;
        return head == null ? partition.gate() && partition.backlog() > 1 : !worked && now.leaves(head.key());
    }

    /** What the owner does, or waits for, about jobs that are due. */
    private void work(boolean gated) {
        Partition partition = now.partition();
        OwnerReport report = partition.lease().report();
        HeldKey key = heldSubject();
        boolean asked = key == null ? mayRun() : Situation.due(key);
        if (!asked) {
            return;
        }
        String pod = name(partition.lease());
        boolean told = report != null && !(gated && report.kind() == OwnerReport.Kind.RESIZE);
        if (report != null && told && (!paused || report.kind() == OwnerReport.Kind.JOB)) {
            causes.add(report.cause(pod));
            return;
        }
        if (paused || gated) {
            return;
        }
        JobView head = partition.head();
        HeldKey behind = head == null ? null : find(head.key());
        if (behind != null && !Situation.due(behind)) {
            // Redis was too full to move it behind its failed one.
            return;
        }
        boolean idle = head != null
                && !now.moved()
                && partition.lease().inFlight() == 0
                && partition.headAge().compareTo(IDLE) > 0;
        if (head != null && idle) {
            causes.add(new OwnerCause.OwnerIdle(pod, JobCause.name(head.id(), head.key()), partition.headAge()));
        } else if (now.anyDue()) {
            long jobs = partition.jobs() - partition.delayed();
            causes.add(new OwnerCause.Working(Set.of(pod), Math.max(1, jobs), partition.headAge()));
        }
    }

    /** Whether what is asked about would run if nothing kept it from that; its key is not held. */
    private boolean mayRun() {
        return now.subject() instanceof Subject.Whole
                || now.subject() instanceof Subject.InStream
                || (now.subject() instanceof Subject.Delayed delayed && delayed.isDue());
    }

    /** The key of the subject if it is held. */
    private @Nullable HeldKey heldSubject() {
        if (now.subject() instanceof Subject.InStream in) {
            return in.key();
        }
        return now.subject() instanceof Subject.Held held ? held.key() : null;
    }

    private @Nullable HeldKey find(String key) {
        return now.held().stream()
                .filter(each -> each.first().key().equals(key))
                .findFirst()
                .orElse(null);
    }

    /** What waits for a time or a person. */
    private void later() {
        if (!(now.subject() instanceof Subject.Whole)) {
            return;
        }
        now.held().stream()
                .filter(key -> !Situation.due(key) && key.pause().attempts() > 0)
                .limit(MOST_KEYS)
                .forEach(key -> causes.add(held(key)));
        Duration nextDue = now.partition().nextDue();
        if (causes.isEmpty() && nextDue != null && !nextDue.isZero()) {
            causes.add(new JobCause.NextDue(now.partition().delayed(), nextDue));
        }
    }
}
