package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.HeldPlace;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.partition.SimulatedResize.Arriving;
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
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** What the scripts of an owner do, as a model: each command is one atomic step and is answered at once. */
final class SimulatedPartition implements JobLog, HeldJobs, PumpSimulation.Backend {
    static final PartitionId PARTITION = new PartitionId(new QueueName("SIM"), 0);

    private final PartitionId id;
    private final NavigableMap<EntryId, Item> log = new TreeMap<>();
    private final NavigableSet<Segment> staged = new TreeSet<>();
    private int started = 1;
    /** Held jobs of each key by place. */
    private final Map<String, NavigableMap<HeldPlace, Job>> held = new HashMap<>();
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

    /**
     * An entry of the log.
     *
     * @param job null for a marker
     * @param place of a job that was held when it moved here; else null
     * @param marker version of a marker
     */
    private record Item(@Nullable Job job, @Nullable HeldPlace place, int marker) {
        static Item of(Job job) {
            return new Item(job, null, 0);
        }
    }

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
    public void add(String id, String key) {
        StreamId at = new StreamId(++added, 0);
        log.put(
                EntryId.own(at),
                Item.of(new Job(at, new JobId(id), key, 1, new byte[0], null, Map.of(), Attempts.NONE)));
    }

    @Override
    public void mark(int version) {
        log.put(EntryId.own(new StreamId(++added, 0)), new Item(null, null, version));
    }

    @Override
    public void copy(Segment segment, List<Arriving> jobs) {
        assertThat(segment.version())
                .as("nothing comes for a version that has started")
                .isGreaterThan(started);
        staged.add(segment);
        for (Arriving each : jobs) {
            EntryId at = new EntryId(segment, new StreamId(++added, 0));
            Job job = new Job(
                    at,
                    each.origin(),
                    new JobId(each.id()),
                    each.key(),
                    1,
                    new byte[0],
                    null,
                    Map.of(),
                    new Attempts(each.failed(), 0, 0, each.failed()));
            HeldPlace place = HeldPlace.added(segment.version() - 1, each.origin(), segment.source());
            log.put(at, each.held() ? new Item(job, place, 0) : Item.of(job));
        }
        inbox.add(new Instruction(new StreamId(++asked, 0), Instruction.STAGED, "", ""));
    }

    @Override
    public void start(int version) {
        started = version;
        inbox.add(new Instruction(new StreamId(++asked, 0), Instruction.STARTED, "", ""));
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
    public Set<String> left() {
        Set<String> left = new HashSet<>();
        log.values().stream()
                .map(Item::job)
                .filter(Objects::nonNull)
                .forEach(job -> left.add(job.id().value()));
        held.values()
                .forEach(waiting ->
                        waiting.values().forEach(job -> left.add(job.id().value())));
        return left;
    }

    private boolean stale(Lease lease) {
        return lease.epoch().value() != epoch;
    }

    private static <T> CompletionStage<T> done(T answer) {
        return CompletableFuture.completedFuture(answer);
    }

    @Override
    public CompletionStage<Fetch> fetch(Lease lease, LogCursor after, StreamId told, int maxCount, int maxBytes) {
        if (stale(lease)) {
            return done(new Fetch.Fenced());
        }
        if (!after.segments().keySet().equals(staged)) {
            return done(new Fetch.Segments(List.copyOf(staged)));
        }
        List<Entry> entries = new ArrayList<>();
        boolean gate = false;
        for (Map.Entry<EntryId, Item> each : log.entrySet()) {
            gate |= each.getValue().marker() > started;
            if (gate || entries.size() == maxCount) {
                break;
            }
            if (!after.passed(each.getKey())) {
                entries.add(entry(each.getKey(), each.getValue()));
            }
        }
        List<Instruction> news = inbox.stream()
                .filter(asked -> asked.id().compareTo(told) > 0)
                .limit(10)
                .toList();
        PartitionStage stage = new PartitionStage(new SealState(started, true), started, 0);
        return done(new Fetch.Entries(entries, entries.size() == maxCount, new Agenda(news, null), stage, gate));
    }

    private static Entry entry(EntryId id, Item item) {
        Job job = item.job();
        if (job == null) {
            return new Entry.Marker(id, 10);
        }
        return item.place() == null ? new Entry.Decoded(job, 10) : new Entry.Arrived(id, job.key(), 10);
    }

    @Override
    public CompletionStage<Verdict> tidy(Lease lease, List<Segment> segments) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        segments.stream()
                .filter(segment -> segment.version() <= started)
                .filter(segment ->
                        log.keySet().stream().noneMatch(entry -> entry.segment().equals(segment)))
                .forEach(staged::remove);
        return done(Verdict.DONE);
    }

    @Override
    public CompletionStage<Unpacked> unpack(Lease lease, List<Parked> jobs) {
        if (stale(lease)) {
            return done(new Unpacked.Fenced());
        }
        Map<String, @Nullable Duration> keys = new HashMap<>();
        for (Parked each : jobs) {
            Item item = log.remove(each.job());
            if (item != null) {
                Job job = requireNonNull(item.job());
                hold(each.key(), requireNonNull(item.place()), job);
                // Its pause goes along with the first job of the key.
                pauses.putIfAbsent(each.key(), job.attempts().failed() > 0 ? Duration.ofMillis(20) : Duration.ZERO);
            }
            if (pauses.containsKey(each.key())) {
                keys.put(each.key(), pauses.get(each.key()));
            }
        }
        return done(new Unpacked.Done(keys));
    }

    @Override
    public CompletionStage<@Nullable StreamId> head(PartitionId partition) {
        return CompletableFuture.completedFuture(log.keySet().stream()
                .filter(entry -> entry.segment().own())
                .map(EntryId::streamId)
                .findFirst()
                .orElse(null));
    }

    @Override
    public CompletionStage<Verdict> commit(Lease lease, List<EntryId> ids) {
        if (stale(lease)) {
            return done(Verdict.FENCED);
        }
        ids.forEach(log::remove);
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
        HeldPlace at = place.isHeld() ? HeldPlace.parse(place.held()) : place(place.entry());
        Job waiting = heldOf(key).get(at);
        Job job = waiting != null || place.isHeld() ? waiting : find(place, key);
        if (job != null && failed.change() > job.attempts().change()) {
            log.remove(place.entry());
            hold(key, at, with(job, new Attempts(failed.attempts(), 0, 0, failed.change())));
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
        assertThat(jobs.stream().map(each -> each.job().segment()).distinct()).hasSize(1);
        for (Parked each : jobs) {
            Item item = log.remove(each.job());
            if (item != null) {
                hold(each.key(), place(each.job()), requireNonNull(item.job()));
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
        if (place != null && heldOf(key).containsKey(HeldPlace.parse(place.held()))) {
            remove(place, key);
        }
        NavigableMap<HeldPlace, Job> waiting = heldOf(key);
        if (waiting.isEmpty()) {
            held.remove(key);
            pauses.remove(key);
            return done(new Advance.Free());
        }
        HeldPlace first = waiting.firstKey();
        Job job = requireNonNull(waiting.get(first));
        return done(new Advance.Next(new JobPlace(first.log(), first.toString()), new Entry.Decoded(job, 10)));
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
        Job job = find(place, key);
        if (job != null && place.isHeld()) {
            hold(key, HeldPlace.parse(place.held()), counted(job, known));
        } else if (job != null) {
            log.put(place.entry(), Item.of(counted(job, known)));
        }
        return done(Verdict.DONE);
    }

    private static Job counted(Job job, Attempts known) {
        Attempts before = job.attempts();
        return known.change() <= before.change()
                ? job
                : with(job, new Attempts(before.failed(), known.crashed(), known.doubled(), known.change()));
    }

    private @Nullable Job find(JobPlace place, String key) {
        if (place.isHeld()) {
            return heldOf(key).get(HeldPlace.parse(place.held()));
        }
        Item item = log.get(place.entry());
        return item == null ? null : item.job();
    }

    private void remove(JobPlace place, String key) {
        if (place.isHeld()) {
            heldOf(key).remove(HeldPlace.parse(place.held()));
            pauses.put(key, Duration.ZERO);
        } else {
            log.remove(place.entry());
        }
    }

    private NavigableMap<HeldPlace, Job> heldOf(String key) {
        return held.getOrDefault(key, new TreeMap<>());
    }

    private void hold(String key, HeldPlace place, Job job) {
        held.computeIfAbsent(key, any -> new TreeMap<>()).put(place, job);
    }

    private HeldPlace place(EntryId entry) {
        return HeldPlace.of(entry, started, id.index());
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
        NavigableMap<HeldPlace, Job> waiting = heldOf(key);
        if (inbox.remove(instruction) && action != Action.IGNORE && !waiting.isEmpty()) {
            HeldPlace place = waiting.firstKey();
            Job first = requireNonNull(waiting.remove(place));
            if (action == Action.RETRY) {
                int next = first.attempts().change() + 1;
                waiting.put(place, first.with(new Attempts(0, 0, 0, next)));
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
