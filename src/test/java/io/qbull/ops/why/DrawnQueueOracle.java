package io.qbull.ops.why;

import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.ops.why.DrawnQueue.DrawnJob;
import io.qbull.ops.why.DrawnQueue.DrawnKey;
import io.qbull.ops.why.DrawnQueue.DrawnPartition;
import io.qbull.ops.why.DrawnQueue.Paused;
import io.qbull.ops.why.DrawnQueue.Wish;
import io.qbull.ops.why.RandomSituation.KeyIs;
import io.qbull.ops.why.RandomSituation.LeaseIs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What must be said of a {@link DrawnQueue}. It knows the decisions alone. */
final class DrawnQueueOracle {
    private static final Set<String> CALM = Set.of("working", "nothing");
    private final DrawnQueue queue;

    DrawnQueueOracle(DrawnQueue queue) {
        this.queue = queue;
    }

    /**
     * A cause in a partition.
     *
     * @param kind of the cause
     * @param partition -1 for what concerns no partition
     * @param text part of the sentence
     */
    record Expected(String kind, int partition, String text) {}

    /** By weight in each partition. */
    List<Expected> ofQueue() {
        List<DrawnPartition> close =
                queue.partitions.stream().filter(DrawnPartition::waits).toList();
        List<Expected> all = new ArrayList<>();
        for (DrawnPartition each : close.isEmpty() ? queue.partitions.subList(0, 1) : close) {
            all.addAll(new Look(each, null, "").causes());
        }
        return withoutCalm(all);
    }

    List<Expected> ofPartition(int index) {
        return withoutCalm(new Look(queue.partitions.get(index), null, "").causes());
    }

    /** What is said of a key is said of its first job: held ones come first, then those of the stream, then delayed ones. */
    List<Expected> ofKey(String key) {
        for (DrawnPartition each : queue.partitions) {
            DrawnKey held = each.heldKey(key);
            if (held != null) {
                return about(each, held.ids().get(0), key);
            }
            DrawnJob first = Stream.concat(each.stream.stream(), each.delayed.stream())
                    .filter(job -> job.key().equals(key))
                    .findFirst()
                    .orElse(null);
            if (first != null) {
                return about(each, first.id(), key);
            }
        }
        return ended("key " + key, job -> job.key().equals(key), "");
    }

    List<Expected> ofJob(String id) {
        for (DrawnPartition each : queue.partitions) {
            for (DrawnKey key : each.held) {
                if (key.ids().contains(id)) {
                    return about(each, id, key.key());
                }
            }
            for (DrawnJob job : all(each.stream, each.delayed)) {
                if (job.id().equals(id)) {
                    return about(each, id, job.key());
                }
            }
        }
        return ended("job " + id, job -> job.id().equals(id), id);
    }

    private static List<DrawnJob> all(List<DrawnJob> some, List<DrawnJob> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private List<Expected> about(DrawnPartition partition, String id, String key) {
        return withoutCalm(new Look(partition, id, key).causes());
    }

    private interface Match {
        boolean is(DrawnJob job);
    }

    private List<Expected> ended(String what, Match match, String id) {
        for (DrawnPartition each : queue.partitions) {
            for (DrawnJob job : each.dead) {
                if (match.is(job)) {
                    return List.of(new Expected("given-up", each.index, "given up after 5 attempts: refused"));
                }
            }
            if (each.done.contains(id)) {
                return List.of(new Expected("done", -1, "job " + id + " was added and is not in the queue any more"));
            }
        }
        return List.of(new Expected("nothing", -1, "nothing is known of " + what));
    }

    private static List<Expected> withoutCalm(List<Expected> all) {
        List<Expected> weighty =
                all.stream().filter(each -> !CALM.contains(each.kind())).toList();
        return weighty.isEmpty() ? all : weighty;
    }

    /** A look at a partition, at all of it or at a job. */
    private final class Look {
        private final DrawnPartition at;
        private final @Nullable String id;
        private final String key;
        private final List<Expected> expected = new ArrayList<>();

        Look(DrawnPartition at, @Nullable String id, String key) {
            this.at = at;
            this.id = id;
            this.key = key;
        }

        private void expect(String kind, String text) {
            expected.add(new Expected(kind, at.index, text));
        }

        List<Expected> causes() {
            boolean paused = paused();
            if (!at.alive() && at.waits()) {
                ownerless();
            } else if (at.lease == LeaseIs.LATE) {
                expect(
                        "not-renewed",
                        "pod " + at.owner + " owns the partition but has not renewed its lease for 30 min");
            }
            DrawnKey held = id == null ? null : at.heldKey(key);
            boolean delayed =
                    id != null && at.delayed.stream().anyMatch(job -> job.id().equals(id));
            boolean due = !delayed || at.delayedIsDue;
            if (id != null && !delayed) {
                job(id, held);
                due = held == null || ready(held);
            } else if (delayed && !due) {
                expect("not-due", "job " + id + " of key " + key + " is not due yet: it is in ");
            }
            if (at.lease == LeaseIs.ALIVE && due) {
                owner(paused);
            }
            if (id == null) {
                later();
            }
            if (queue.full) {
                boolean harmless = expected.stream()
                        .allMatch(each -> Set.of("working", "next-due").contains(each.kind()));
                expected.add(harmless ? 0 : expected.size(), new Expected("redis-full", at.index, "Redis is full"));
            }
            return expected.isEmpty() ? List.of(new Expected("nothing", -1, "nothing waits")) : expected;
        }

        private boolean paused() {
            String about = id == null && !at.stream.isEmpty() ? at.stream.get(0).key() : key;
            boolean paused = queue.paused == Paused.QUEUE
                    || (queue.paused == Paused.PARTITION && at.index == 0)
                    || (queue.paused == Paused.KEY && about.equals(queue.firstKey));
            if (paused) {
                expect("paused", " is paused by ann since ");
            }
            return paused;
        }

        private void ownerless() {
            if (pods().isEmpty()) {
                expect("no-consumer", "no pod consumes this queue");
                return;
            }
            String ended = switch (at.lease) {
                case NEVER -> "the partition never had an owner";
                case RELEASED -> "the partition has no owner since pod " + at.owner + " gave it up";
                default -> "the lease of pod " + at.owner + " expired 30 min ago";
            };
            List<String> heirs = heirs();
            if (heirs.isEmpty()) {
                String full = pods().size() == 1
                        ? "the only pod owns as many partitions as it may (1)"
                        : "all " + pods().size() + " pods own as many partitions as they may (" + pods().size() + ")";
                expect("no-capacity", ended + ", and " + full);
                return;
            }
            String next = "pod " + heirs.get(0)
                    + switch (heirs.size()) {
                        case 1 -> "";
                        case 2 -> " or " + heirs.get(1);
                        default -> " or one of " + (heirs.size() - 1) + " others";
                    };
            expect("no-owner", ended + ", and " + next + " takes the partition next");
        }

        /** A job that is in the stream or held. */
        private void job(String name, @Nullable DrawnKey held) {
            boolean told = at.says == Kind.JOB || at.says == Kind.WORKER;
            if (held == null) {
                int before = at.stream.stream().map(DrawnJob::id).toList().indexOf(name);
                if (before > 0 && !(told && at.runs.id().equals(name))) {
                    expect("behind", behind(name, before) + " in partition Q:" + at.index);
                }
                return;
            }
            List<String> same = Stream.concat(
                            held.ids().stream(),
                            at.stream.stream()
                                    .filter(job -> job.key().equals(key))
                                    .map(DrawnJob::id))
                    .toList();
            if (same.indexOf(name) > 0) {
                expect("behind", behind(name, same.indexOf(name)) + " of its key");
            }
            if (!(told && at.runs.key().equals(key))) {
                held(held);
            }
        }

        private String behind(String name, int before) {
            return "job " + name + " of key " + key + " waits behind " + before + (before == 1 ? " job" : " jobs");
        }

        private void held(DrawnKey held) {
            String failed = held.is() == KeyIs.NEXT
                    ? ""
                    : " after 3 failed attempts of job " + held.ids().get(0) + " (refused)";
            expect(
                    "key-held",
                    "key " + held.key() + " is held" + failed
                            + switch (held.is()) {
                                case DUE, NEXT -> ", and runs again now";
                                case LATER -> ", and runs again in ";
                                case FOR_A_PERSON -> " until a person retries or drops it";
                            });
        }

        private boolean ready(DrawnKey held) {
            return held.is() == KeyIs.DUE || held.is() == KeyIs.NEXT;
        }

        private void owner(boolean paused) {
            DrawnJob runs = at.runs;
            if (at.says != null && (!paused || at.says == Kind.JOB)) {
                String job = "job " + runs.id() + " of key " + runs.key();
                switch (at.says) {
                    case JOB -> expect("job-running", job + " has been running for 1 min");
                    case WORKER -> expect("no-worker", job + " waits for text of WORKER");
                    case SUSPECT -> expect("suspect-elsewhere", "text of SUSPECT");
                    case REDIS -> expect("unanswered", "text of REDIS");
                    default -> expect("standing", "text of OTHER");
                }
                return;
            }
            DrawnJob head = at.stream.isEmpty() ? null : at.stream.get(0);
            DrawnKey before = head == null ? null : at.heldKey(head.key());
            if (paused || (before != null && !ready(before))) {
                return;
            }
            boolean due = head != null
                    || at.held.stream().anyMatch(this::ready)
                    || (!at.delayed.isEmpty() && at.delayedIsDue);
            if (head != null && at.old && !at.moves && !at.inFlight) {
                expect(
                        "owner-idle",
                        "although job " + head.id() + " of key " + head.key() + " has been waiting for 1 h");
            } else if (due) {
                expect("working", " work");
            }
        }

        private void later() {
            at.held.stream()
                    .filter(each -> !ready(each))
                    .sorted(Comparator.comparing(each -> each.is() == KeyIs.FOR_A_PERSON))
                    .forEach(this::held);
            if (expected.isEmpty() && !at.delayed.isEmpty() && !at.delayedIsDue) {
                expect("next-due", "not due yet: the next one is in 2 h 59 min");
            }
        }
    }

    /** Those that live: a pod whose lease has run out, and that has no other one, is gone although it is registered. */
    private List<String> pods() {
        return queue.pods.stream()
                .filter(pod -> owned(pod) > 0
                        || queue.partitions.stream()
                                .noneMatch(each -> each.lease == LeaseIs.EXPIRED && each.owner.equals(pod)))
                .toList();
    }

    private long owned(String pod) {
        return queue.partitions.stream()
                .filter(each -> each.alive() && each.owner.equals(pod))
                .count();
    }

    /** Who takes a free partition: those that are below their share, else those that may own more than that. */
    private List<String> heirs() {
        int all = queue.partitions.size();
        int share = (all + pods().size() - 1) / pods().size();
        boolean fair = queue.wish == Wish.FAIR_SHARE || (queue.wish == Wish.ONE_OR_MORE && pods().size() < all);
        List<String> below = below(fair ? share : 1);
        return below.isEmpty() ? below(queue.wish == Wish.ONE ? 1 : 8) : below;
    }

    private List<String> below(long most) {
        return pods().stream()
                .filter(pod -> owned(pod) < most)
                .sorted(Comparator.comparing(this::owned).thenComparing(Comparator.naturalOrder()))
                .toList();
    }
}
