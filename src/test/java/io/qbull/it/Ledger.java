package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Kind;
import io.qbull.it.Event.Owner;
import io.qbull.it.History.Place;
import io.qbull.it.History.PodLife;
import io.qbull.model.StreamId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A history put in order: runs with their ends, removals with their answers. */
final class Ledger {
    /** All runs by start. */
    final List<Run> runs = new ArrayList<>();
    /** Runs of each job by start. */
    final Map<JobRef, List<Run>> runsOf = new HashMap<>();
    /** Runs under each lease by start. */
    final Map<Owner, List<Run>> runsUnder = new HashMap<>();
    /** Runs of each entry by start. */
    final Map<Place, List<Run>> runsAt = new HashMap<>();
    /** Commits and burials of each entry. */
    final Map<Place, List<Removal>> removals = new HashMap<>();
    /** Moves of each entry out of the stream, to wait for a retry. */
    final Map<Place, List<Removal>> moves = new HashMap<>();
    /** Failed runs of each key by start. */
    final Map<String, List<Run>> failures = new HashMap<>();
    /** Commits, burials and moves, once for each call. */
    final List<Removal> calls = new ArrayList<>();
    /** Every entry that is known to have existed, by partition and place. */
    final NavigableMap<Integer, NavigableMap<StreamId, JobRef>> entries = new TreeMap<>();
    /** The entries of each job: one, if all is well. */
    final Map<JobRef, List<Place>> placesOf = new HashMap<>();

    private final Map<Integer, List<Event.Granted>> grants = new HashMap<>();
    private final Map<Owner, Long> leaseEnds = new HashMap<>();

    Ledger(History history) {
        history.pods().stream().flatMap(pod -> pod.events().stream()).forEach(event -> {
            if (event instanceof Event.Granted g) {
                grants.computeIfAbsent(g.owner().partition(), k -> new ArrayList<>())
                        .add(g);
            } else if (event instanceof Event.Gone g) {
                leaseEnds.merge(g.owner(), g.at(), Math::max);
            }
        });
        history.pods().forEach(this::addRuns);
        history.pods().forEach(this::addRemovals);
        runs.sort(Comparator.comparingLong(Run::startedAt));
        for (Run run : runs) {
            runsOf.computeIfAbsent(run.job(), k -> new ArrayList<>()).add(run);
            runsUnder.computeIfAbsent(run.owner(), k -> new ArrayList<>()).add(run);
            runsAt.computeIfAbsent(run.place(), k -> new ArrayList<>(1)).add(run);
            addEntry(run.place(), run.job());
            if (run.failed()) {
                failures.computeIfAbsent(run.job().key(), k -> new ArrayList<>())
                        .add(run);
            }
        }
        history.sent().forEach(s -> {
            if (s.place() != null) {
                addEntry(s.place(), s.job());
            }
        });
        history.remains().inStreams().forEach(left -> {
            if (left.place() != null) {
                addEntry(left.place(), left.job());
            }
        });
    }

    /**
     * @param owner the lease
     * @param startedAt when the route got it
     * @param endedAt when the route's work was over; {@link History#NEVER} if it was not
     * @param failed whether it ended with an exception
     */
    record Run(
            PodLife pod,
            Owner owner,
            StreamId id,
            JobRef job,
            int attempt,
            long startedAt,
            long endedAt,
            boolean failed) {
        Place place() {
            return new Place(owner.partition(), id);
        }

        Run ended(long at, boolean withException) {
            return new Run(pod, owner, id, job, attempt, startedAt, at, withException);
        }

        /** Whether the work was done, without an exception, before {@code time}. */
        boolean doneBefore(long time) {
            return !failed && endedAt <= time;
        }
    }

    /**
     * @param sentAt it did not happen before this
     * @param answeredAt if {@code DONE}, it happened before this
     */
    record Removal(
            PodLife pod, Owner owner, Kind kind, List<StreamId> ids, long sentAt, long answeredAt, Answer answer) {}

    /** Whether jobs of this key may wait for a retry at a time, and so let others pass, and come back later. */
    boolean mayWait(String key, long time) {
        return failures.getOrDefault(key, List.of()).stream().anyMatch(run -> run.startedAt() < time);
    }

    /** Whether the entry may have left its stream before {@code time} to wait for a retry. */
    boolean maybeMoved(Place place, long time) {
        return moves.getOrDefault(place, List.of()).stream()
                .anyMatch(r -> r.answer() != Answer.FENCED && r.sentAt() < time);
    }

    /** Whether the entry may have been committed or buried before {@code time}. */
    boolean maybeRemoved(Place place, long time) {
        return removals.getOrDefault(place, List.of()).stream()
                .anyMatch(r -> r.answer() != Answer.FENCED && r.sentAt() < time);
    }

    /** When Redis had told a run's own lease that its end is on record; {@link History#NEVER} if it has not. */
    long recordedAt(Run run) {
        return Stream.of(removals, moves)
                .flatMap(each -> each.getOrDefault(run.place(), List.of()).stream())
                .filter(r -> r.answer() == Answer.DONE && r.owner().equals(run.owner()) && r.sentAt() >= run.endedAt())
                .mapToLong(Removal::answeredAt)
                .min()
                .orElse(NEVER);
    }

    /** When the entry had left its stream for certain; {@link History#NEVER} if it is not certain. */
    long surelyRemovedAt(Place place) {
        return removals.getOrDefault(place, List.of()).stream()
                .filter(r -> r.answer() == Answer.DONE)
                .mapToLong(Removal::answeredAt)
                .min()
                .orElse(NEVER);
    }

    /** Whether a run under {@code owner} had done the entry's work before {@code time}. */
    boolean doneUnder(Owner owner, Place place, long time) {
        return runsAt.getOrDefault(place, List.of()).stream()
                .anyMatch(run -> run.owner().equals(owner) && run.doneBefore(time));
    }

    /** Whether a run of the entry took its process down before {@code time}, or was under way when something else did. */
    boolean crashed(Place place, long time) {
        return runsAt.getOrDefault(place, List.of()).stream()
                .anyMatch(run -> run.endedAt() == NEVER && run.pod().endedAt() < time);
    }

    /** When a run's lease was given up, lost, or its pod killed. */
    long leaseEnd(Run run) {
        return Math.min(leaseEnds.getOrDefault(run.owner(), NEVER), run.pod().endedAt());
    }

    /** Whether a later lease on the partition had been granted for certain before {@code time}. */
    boolean staleAt(Owner owner, long time) {
        return grants.getOrDefault(owner.partition(), List.of()).stream()
                .anyMatch(g -> g.owner().epoch() > owner.epoch() && g.at() < time);
    }

    private void addEntry(Place place, JobRef job) {
        entries.computeIfAbsent(place.partition(), k -> new TreeMap<>()).put(place.id(), job);
        List<Place> places = placesOf.computeIfAbsent(job, k -> new ArrayList<>(1));
        if (!places.contains(place)) {
            places.add(place);
        }
    }

    private void addRuns(PodLife pod) {
        Map<OpenRun, Integer> open = new HashMap<>();
        for (Event event : pod.events()) {
            if (event instanceof Event.Started s) {
                open.put(new OpenRun(s.owner(), s.id()), runs.size());
                runs.add(new Run(pod, s.owner(), s.id(), s.job(), s.attempt(), s.at(), NEVER, false));
            } else if (event instanceof Event.Ended e) {
                Integer at = open.remove(new OpenRun(e.owner(), e.id()));
                if (at == null) {
                    throw new IllegalStateException("pod " + pod.name() + " ended a run that it never started: " + e);
                }
                runs.set(at, runs.get(at).ended(e.at(), e.failed()));
            }
        }
    }

    private record OpenRun(Owner owner, StreamId id) {}

    private void addRemovals(PodLife pod) {
        Map<Long, Event.RemovalAnswered> answers = new HashMap<>();
        for (Event event : pod.events()) {
            if (event instanceof Event.RemovalAnswered a) {
                answers.put(a.call(), a);
            }
        }
        for (Event event : pod.events()) {
            if (event instanceof Event.RemovalSent s) {
                Event.RemovalAnswered answer = answers.get(s.call());
                Removal removal = new Removal(
                        pod,
                        s.owner(),
                        s.kind(),
                        s.ids(),
                        s.at(),
                        answer == null ? NEVER : answer.at(),
                        answer == null ? Answer.UNKNOWN : answer.answer());
                calls.add(removal);
                Map<Place, List<Removal>> kind = s.kind() == Kind.MOVE ? moves : removals;
                s.ids()
                        .forEach(id -> kind.computeIfAbsent(
                                        new Place(s.owner().partition(), id), k -> new ArrayList<>(1))
                                .add(removal));
            }
        }
    }
}
