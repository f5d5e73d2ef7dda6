package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the scripts of an owner do, as a model: each command is one atomic step and is answered at once. */
final class SimulatedPartition implements JobLog, HeldJobs, PumpSimulation.Backend {
    static final PartitionId PARTITION = new PartitionId(new QueueName("SIM"), 0);

    private final PartitionId id;
    private final NavigableMap<StreamId, Job> stream = new TreeMap<>();
    /** Held jobs of each key, by their place in the stream. */
    private final Map<String, NavigableMap<StreamId, Job>> held = new HashMap<>();
    /** Whether the first job of a held key waits for a person, or its pause. */
    private final Map<String, @Nullable Duration> pauses = new HashMap<>();

    /** How many failures were recorded of each job. */
    private final Map<String, Integer> failures = new HashMap<>();

    private final List<String> dead = new ArrayList<>();
    private final List<Instruction> inbox = new ArrayList<>();
    private boolean full;
    private long epoch;
    private long added;
    private long asked;

    SimulatedPartition() {
        this(PARTITION);
    }

    SimulatedPartition(PartitionId id) {
        this.id = id;
    }

    @Override
    public Lease grant(String pod) {
        epoch++;
        return new Lease(id, new LeaseOwner(new PodId(pod), "n" + epoch), new Epoch(epoch), "primary");
    }

    @Override
    public StreamId add(String id, String key) {
        StreamId at = new StreamId(++added, 0);
        stream.put(at, new Job(at, new JobId(id), key, 1, new byte[0], null, Map.of(), Attempts.NONE));
        return at;
    }

    @Override
    public void ask(String verb, String key) {
        inbox.add(new Instruction(new StreamId(++asked, 0), verb, key, ""));
    }

    @Override
    public JobLog jobs() {
        return this;
    }

    @Override
    public HeldJobs held() {
        return this;
    }

    @Override
    public List<String> dead() {
        return dead;
    }

    @Override
    public Map<String, Integer> failures() {
        return failures;
    }

    @Override
    public Set<StreamId> left() {
        Set<StreamId> left = new HashSet<>(stream.keySet());
        held.values().forEach(waiting -> left.addAll(waiting.keySet()));
        return left;
    }

    private boolean stale(Lease lease) {
        return lease.epoch().value() != epoch;
    }

    private static <T> CompletionStage<T> done(T answer) {
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletionStage<Fetch> fetch(Lease lease, StreamId after, StreamId told, int maxCount, int maxBytes) {
        if (stale(lease)) {
            return done(new Fetch.Fenced());
        }
        List<Entry> entries = stream.values().stream()
                .filter(job -> job.streamId().compareTo(after) > 0)
                .limit(maxCount)
                .map(job -> (Entry) new Entry.Decoded(job, 10))
                .toList();
        List<Instruction> news = inbox.stream()
                .filter(asked -> asked.id().compareTo(told) > 0)
                .limit(10)
                .toList();
        return done(new Fetch.Entries(entries, entries.size() == maxCount, new Agenda(news, null)));
    }

    @Override
    public CompletionStage<@Nullable StreamId> head(PartitionId partition) {
        return CompletableFuture.completedFuture(stream.isEmpty() ? null : stream.firstKey());
    }

    @Override
    public CompletionStage<Verdict> commit(Lease lease, List<EntryId> ids) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        ids.forEach(each -> stream.remove(each.streamId()));
        return done(Verdict.DONE);
    }

    @Override
    public CompletionStage<Verdict> bury(Lease lease, JobPlace place, String key, Burial burial) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        Job job = find(place, key);
        if (job != null) {
            dead.add(job.id().value());
            remove(place, key);
        }
        return done(Verdict.DONE);
    }

    @Override
    public CompletionStage<Verdict> fail(Lease lease, JobPlace place, String key, Failed failed) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        Job waiting = heldOf(key).get(place.entry().streamId());
        Job job = waiting != null ? waiting : stream.get(place.entry().streamId());
        if (job != null && failed.change() > job.attempts().change()) {
            stream.remove(place.entry().streamId());
            hold(key, with(job, new Attempts(failed.attempts(), 0, 0, failed.change())));
            failures.merge(job.id().value(), 1, Integer::sum);
            pauses.put(key, failed.pause());
        }
        return done(Verdict.DONE);
    }

    @Override
    public void full(boolean now) {
        full = now;
    }

    @Override
    public CompletionStage<Parking> park(Lease lease, List<Parked> jobs, boolean repeated) {
        if (stale(lease)) {
            return done(Parking.FENCED);
        }
        if (full && !repeated) {
            return done(Parking.FULL);
        }
        for (Parked each : jobs) {
            Job job = stream.remove(each.job().streamId());
            if (job != null) {
                hold(each.key(), job);
                if (!pauses.containsKey(each.key())) {
                    pauses.put(each.key(), Duration.ZERO);
                }
            }
        }
        return done(Parking.DONE);
    }

    @Override
    public CompletionStage<Advance> advance(Lease lease, String key, @Nullable JobPlace place) {
        if (stale(lease)) {
            return done(new Advance.Fenced());
        }
        if (place != null && heldOf(key).containsKey(place.entry().streamId())) {
            remove(place, key);
        }
        NavigableMap<StreamId, Job> waiting = heldOf(key);
        if (waiting.isEmpty()) {
            held.remove(key);
            pauses.remove(key);
            return done(new Advance.Free());
        }
        Job first = requireNonNull(waiting.get(waiting.firstKey()));
        return done(new Advance.Next(place(first), new Entry.Decoded(first, 10)));
    }

    @Override
    public CompletionStage<Page> keys(Lease lease, String cursor) {
        return done(stale(lease) ? new Page.Fenced() : new Page.Keys(Page.START, new HashMap<>(pauses)));
    }

    @Override
    public CompletionStage<Mending> mend(Lease lease, String cursor) {
        return done(stale(lease) ? new Mending.Fenced() : new Mending.Mended(Page.START, 0, 0, 0));
    }

    @Override
    public CompletionStage<Verdict> suspect(Lease lease, JobPlace place, String key, Attempts known) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        Job job = place.isHeld() ? null : stream.get(place.entry().streamId());
        if (job != null) {
            stream.put(job.streamId(), counted(job, known));
        }
        held.values().forEach(waiting -> {
            Job first = place.isHeld() ? waiting.get(place.entry().streamId()) : null;
            if (first != null) {
                waiting.put(first.streamId(), counted(first, known));
            }
        });
        return done(Verdict.DONE);
    }

    private static Job counted(Job job, Attempts known) {
        Attempts before = job.attempts();
        return known.change() <= before.change()
                ? job
                : with(job, new Attempts(before.failed(), known.crashed(), known.doubled(), known.change()));
    }

    private @Nullable Job find(JobPlace place, String key) {
        return place.isHeld()
                ? heldOf(key).get(place.entry().streamId())
                : stream.get(place.entry().streamId());
    }

    private void remove(JobPlace place, String key) {
        if (place.isHeld()) {
            heldOf(key).remove(place.entry().streamId());
            pauses.put(key, Duration.ZERO);
        } else {
            stream.remove(place.entry().streamId());
        }
    }

    private NavigableMap<StreamId, Job> heldOf(String key) {
        return held.getOrDefault(key, new TreeMap<>());
    }

    private void hold(String key, Job job) {
        held.computeIfAbsent(key, any -> new TreeMap<>()).put(job.streamId(), job);
    }

    private static JobPlace place(Job job) {
        return new JobPlace(job.entry(), "held " + job.streamId());
    }

    private static Job with(Job job, Attempts attempts) {
        assertThat(attempts.failed()).isGreaterThanOrEqualTo(job.attempts().failed());
        return job.with(attempts);
    }

    @Override
    public CompletionStage<Attended> attend(Lease lease, Instruction instruction, Action action) {
        if (stale(lease)) {
            return done(new Attended.Fenced());
        }
        String key = instruction.key();
        NavigableMap<StreamId, Job> waiting = heldOf(key);
        if (inbox.remove(instruction) && action != Action.IGNORE && !waiting.isEmpty()) {
            Job first = requireNonNull(waiting.remove(waiting.firstKey()));
            if (action == Action.RETRY) {
                int next = first.attempts().change() + 1;
                waiting.put(first.streamId(), first.with(new Attempts(0, 0, 0, next)));
            }
            pauses.put(key, Duration.ZERO);
        }
        return done(new Attended.Done(pauses.getOrDefault(key, Duration.ZERO)));
    }

    @Override
    public CompletionStage<Answer> enqueue(Call call) {
        throw new UnsupportedOperationException("jobs are added from outside");
    }

    @Override
    public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
        throw new UnsupportedOperationException("jobs are added from outside");
    }

    @Override
    public NewJob original(NewJob job, Instant publishedAt) {
        throw new UnsupportedOperationException("jobs are added from outside");
    }

    @Override
    public CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("there are no sources");
    }

    @Override
    public CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("there are no sources");
    }

    @Override
    public CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime) {
        throw new UnsupportedOperationException("there are no sources");
    }

    @Override
    public CompletionStage<Void> forget(PartitionId partition, SourceId source) {
        throw new UnsupportedOperationException("there are no sources");
    }
}
