package io.qbull.ops.dead;

import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.ops.Change;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.DeadLetters;
import io.qbull.store.StoreException;
import io.qbull.testing.BuriedJobs;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("redis")
class DeadLetterAdminTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName QUEUE = new QueueName("Q");

    private Resp resp;
    private BuriedJobs jobs;
    private DeadLetters letters;
    private DeadLetterAdmin admin;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        jobs = new BuriedJobs(resp, "Q", 4);
        letters = REDIS.store().deadLetters();
        admin = new DeadLetterAdmin(letters);
    }

    @Test
    void pages_follow_each_other_over_all_partitions_without_gaps() {
        List<String> all = new ArrayList<>();
        for (int partition : new int[] {0, 2, 3}) {
            IntStream.range(0, 130).forEach(i -> {
                String id = "p" + partition + "-" + i;
                jobs.add(partition, id, "k", "b", "r");
                all.add(id);
            });
        }

        List<String> found = new ArrayList<>();
        DeadPlace next = DeadPlace.START;
        while (next != null) {
            Listing<DeadLetter, DeadPlace> page =
                    get(admin.list(QUEUE, DeadFilter.ALL, next, 70, 0)).orElseThrow();
            assertThat(page.items()).hasSizeLessThanOrEqualTo(70);
            found.addAll(ids(page));
            next = page.next();
        }

        assertThat(found).isEqualTo(all);
    }

    @Test
    void a_listing_stops_after_many_letters_that_do_not_fit_and_continues_there() {
        try (Resp pipe = REDIS.server().connect()) {
            pipe.call(
                    "EVAL",
                    "for i = 1, 10050 do redis.call('XADD', KEYS[1], '*', 'id', 'j' .. i, 'key', 'k', 'body', 'b',"
                            + " 'reason', 'r', 'exception', '', 'attempts', '1', 'failed_at', '1', 'epoch', '1') end",
                    "1",
                    "{Q:1}:dead");
        }
        DeadFilter last = new DeadFilter("j10050", null, null, null);

        Listing<DeadLetter, DeadPlace> first =
                get(admin.list(QUEUE, last, DeadPlace.START, 10, 0)).orElseThrow();
        assertThat(first.items()).isEmpty();
        Listing<DeadLetter, DeadPlace> second = get(admin.list(QUEUE, last, requireNonNull(first.next()), 10, 0))
                .orElseThrow();
        assertThat(ids(second)).containsExactly("j10050");
        assertThat(second.next()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "a, -, -, -, 'a'",
                "-, k1, -, -, 'a,b'",
                "-, k, -, -, ''",
                "-, -, refused, -, 'b,c'",
                "-, -, -, 2023-11-14T22:14:20Z, 'a,b,c'",
                "-, -, -, 2023-11-14T22:14:21Z, ''",
                "-, k1, refused, 2023-11-14T22:14:20Z, 'b'",
                "a, k2, -, -, ''"
            })
    void a_filter_selects_only_letters_that_meet_every_condition(
            String id, String key, String reason, Instant since, String fitting) {
        jobs.add(0, "a", "k1", "", "timeout");
        jobs.add(1, "b", "k1", "", "partner refused: 422");
        jobs.add(1, "c", "k2", "", "refused");
        resp.call("XADD", "{Q:2}:dead", "*", "id", "d", "body", "", "reason", "-", "attempts", "1", "failed_at", "1");

        Listing<DeadLetter, DeadPlace> listing = get(admin.list(
                        QUEUE, new DeadFilter(id, key, reason, since), DeadPlace.START, 10, 0))
                .orElseThrow();

        assertThat(String.join(",", ids(listing))).isEqualTo(fitting);
        resp.call("DEL", "{Q:2}:dead");
    }

    @Test
    void a_letter_without_a_job_is_selected_by_its_place() {
        String place =
                "2@" + resp.text("XADD", "{Q:2}:dead", "*", "id", "d", "body", "", "reason", "-", "attempts", "1");
        DeadFilter filter = new DeadFilter(place, null, null, null);

        List<DeadLetter> found = get(admin.list(QUEUE, filter, DeadPlace.START, 10, 0))
                .orElseThrow()
                .items();

        assertThat(found).singleElement().satisfies(letter -> {
            assertThat(letter.job()).isNull();
            assertThat(letter.place()).hasToString(place).isEqualTo(DeadPlace.parse(place));
        });
        assertThat(get(admin.change(QUEUE, filter, Change.DROP)).orElseThrow().done())
                .isEqualTo(1);
    }

    @Test
    void a_retry_takes_what_fits_in_the_order_of_burial_and_leaves_the_rest() {
        IntStream.range(0, 250).forEach(i -> jobs.add(i % 2, "j" + i, "k" + i % 10, "b", "r"));

        Summary counted = get(admin.change(QUEUE, new DeadFilter(null, "k3", null, null), Change.COUNT))
                .orElseThrow();
        Summary summary = get(admin.change(QUEUE, new DeadFilter(null, "k3", null, null), Change.RETRY))
                .orElseThrow();

        assertThat(counted).isEqualTo(new Summary(25, 0, 0, 0, 0, null));
        assertThat(summary).isEqualTo(new Summary(25, 25, 0, 0, 0, null));
        assertThat(jobs.waiting(1))
                .isEqualTo(
                        IntStream.range(0, 25).mapToObj(i -> "j" + (i * 10 + 3)).toList());
        assertThat(jobs.dead(0)).hasSize(125);
        assertThat(jobs.dead(1)).hasSize(100).doesNotContain("j3");
    }

    @Test
    void partitions_that_a_smaller_layout_left_behind_are_visited_too() {
        jobs.add(3, "old", "k", "b", "r");
        resp.call("HSET", "{Q}:layout", "version", "2", "partitions", "2", "v1", "4", "key_hash", "xxh64");
        resp.call("MSET", "{Q:0}:seal", "2 open", "{Q:1}:seal", "2 open", "{Q:3}:seal", "2 closed");
        assertThat(get(admin.change(QUEUE, DeadFilter.ALL, Change.RETRY))
                        .orElseThrow()
                        .done())
                .isEqualTo(1);
        assertThat(jobs.waiting(new Layout(2, 2).indexOf(KeyHash.XXH64, "k"))).containsExactly("old");
        assertThat(jobs.dead(3)).isEmpty();
    }

    @Test
    void jobs_that_fail_again_during_a_retry_are_left_alone() {
        IntStream.range(0, 150).forEach(i -> jobs.add(0, "j" + i, "k", "b", "r"));
        DeadLetterAdmin hopeless = new DeadLetterAdmin(new Decorated() {
            @Override
            public CompletionStage<Requeued> requeue(PartitionId partition, List<DeadLetter> chosen) {
                return super.requeue(partition, chosen).thenApply(moved -> {
                    jobs.waiting(0).forEach(id -> jobs.add(0, id, "k", "b", "again"));
                    resp.call("DEL", "Q:0");
                    return moved;
                });
            }
        });

        assertThat(get(hopeless.change(QUEUE, DeadFilter.ALL, Change.RETRY)))
                .contains(new Summary(150, 150, 0, 0, 0, null));
        assertThat(jobs.dead(0)).hasSize(150);
    }

    @ParameterizedTest
    @EnumSource(names = {"RETRY", "DROP"})
    void letters_that_somebody_else_took_meanwhile_count_as_gone(Change change) {
        jobs.add(0, "a", "k", "b", "r");
        jobs.add(0, "b", "k", "b", "r");
        DeadLetterAdmin late = new DeadLetterAdmin(new Decorated() {
            @Override
            public CompletionStage<Page> read(PartitionId partition, StreamId after, StreamId last, int longestBody) {
                return super.read(partition, after, last, longestBody).thenApply(page -> {
                    resp.call(
                            "XDEL",
                            "{Q:0}:dead",
                            page.letters().get(0).entry().streamId().toString());
                    return page;
                });
            }
        });
        assertThat(get(late.change(QUEUE, DeadFilter.ALL, change))).contains(new Summary(2, 1, 0, 1, 0, null));
    }

    @Test
    void a_failure_keeps_what_was_done_and_counts_what_is_unknown() {
        IntStream.range(0, 3).forEach(partition -> jobs.add(partition, "j" + partition, "k", "b", "r"));
        StoreException away = new StoreException.Unavailable("away", true, null);
        DeadLetterAdmin broken = new DeadLetterAdmin(new Decorated() {
            @Override
            public CompletionStage<Requeued> requeue(PartitionId partition, List<DeadLetter> chosen) {
                return partition.index() == 1 ? CompletableFuture.failedStage(away) : super.requeue(partition, chosen);
            }
        });

        assertThat(get(broken.change(QUEUE, DeadFilter.ALL, Change.RETRY))).contains(new Summary(2, 1, 0, 0, 1, away));
        assertThat(jobs.dead(2)).hasSize(1);
    }

    @Test
    void a_queue_that_does_not_exist_gets_an_empty_answer() {
        QueueName nobody = new QueueName("NOBODY");
        assertThat(get(admin.list(nobody, DeadFilter.ALL, DeadPlace.START, 10, 0)))
                .isEmpty();
        assertThat(get(admin.change(nobody, DeadFilter.ALL, Change.RETRY))).isEmpty();
    }

    private static List<String> ids(Listing<DeadLetter, DeadPlace> listing) {
        return listing.items().stream()
                .map(letter -> requireNonNull(letter.job()).id().value())
                .toList();
    }

    /** The real store; a test overrides one method. */
    private class Decorated implements DeadLetters {
        @Override
        public CompletionStage<Integer> partitions(QueueName queue) {
            return letters.partitions(queue);
        }

        @Override
        public CompletionStage<StreamId> newest(PartitionId partition) {
            return letters.newest(partition);
        }

        @Override
        public CompletionStage<Stock> stock(PartitionId partition) {
            return letters.stock(partition);
        }

        @Override
        public CompletionStage<Page> read(PartitionId partition, StreamId after, StreamId last, int longestBody) {
            return letters.read(partition, after, last, longestBody);
        }

        @Override
        public CompletionStage<Integer> settle(QueueName queue) {
            return letters.settle(queue);
        }

        @Override
        public CompletionStage<Requeued> requeue(PartitionId partition, List<DeadLetter> chosen) {
            return letters.requeue(partition, chosen);
        }

        @Override
        public CompletionStage<Integer> discard(PartitionId partition, List<DeadLetter> chosen) {
            return letters.discard(partition, chosen);
        }

        @Override
        public CompletionStage<Integer> expire(PartitionId partition, List<StreamId> places) {
            return letters.expire(partition, places);
        }
    }
}
