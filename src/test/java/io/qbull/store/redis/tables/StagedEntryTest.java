package io.qbull.store.redis.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.Job;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StagedEntryTest {
    private static final EntryId STAGED = new EntryId(new Segment(2, 7), new StreamId(9, 0));
    private static final String PLACE = "0000000001:00000000000000000005-00000000000000000001:7";

    @Test
    void an_entry_of_ours_is_copied_as_it_is() {
        Reply ours = flat("id", "a", "key", "k", "ts", "1", "body", "b");
        assertThat(texts(StagedEntry.added("5-1", ours).plain("")))
                .containsExactly("id", "a", "key", "k", "ts", "1", "body", "b");
    }

    @Test
    void a_foreign_entry_takes_its_id_along_and_none_of_its_fields_is_taken_for_ours() {
        Reply foreign = flat("@id", "mine", "@@", "2", "@", "1", "@k", "h", "@place", "x", "", "0");
        List<String> copied = texts(StagedEntry.added("5-1", foreign).plain("0 1 0 1"));
        assertThat(copied)
                .containsExactly(
                        "@@id", "mine", "@@@", "2", "@@", "1", "@@k", "h", "@@place", "x", "", "0", "@id", "5-1", "@at",
                        "0 1 0 1");
        StagedEntry arrived = StagedEntry.copied("9-0", flat(copied.toArray(String[]::new)));
        assertThat(arrived.ownFields().items().stream()
                        .map(field -> new String((byte[]) field, StandardCharsets.UTF_8)))
                .containsExactly("@id", "mine", "@@", "2", "@", "1", "@k", "h", "@place", "x", "", "0");
        assertThat(arrived.wasHeld()).isFalse();
        assertThat(arrived.origin()).isEqualTo("5-1");
        assertThat(arrived.key()).isEqualTo("5-1");
        Job job = ((Entry.Decoded) LogCodec.decode(STAGED, flat(copied.toArray(String[]::new)), "")).job();
        assertThat(job.entry()).isEqualTo(STAGED);
        assertThat(job.streamId()).isEqualTo(new StreamId(5, 1));
        assertThat(job.id().value()).isEqualTo("5-1");
        assertThat(job.attempts()).isEqualTo(new Attempts(0, 1, 0, 1));
        assertThat(((Map<?, ?>) job.body()).keySet().toString()).isEqualTo("[@id, @@, @, @k, @place, ]");
    }

    @Test
    void an_entry_that_moves_on_keeps_what_it_brought() {
        String[] brought = {"id", "a", "key", "k", "ts", "1", "body", "b", "@at", "0 1 0 1"};
        StagedEntry entry = StagedEntry.copied("9-0", flat(brought));
        assertThat(texts(entry.plain(""))).containsExactly(brought);
        assertThat(texts(entry.plain("0 2 0 2")))
                .containsExactly("id", "a", "key", "k", "ts", "1", "body", "b", "@at", "0 2 0 2");
    }

    @Test
    void a_held_job_says_its_place_and_the_first_one_how_its_key_stands() {
        Reply ours = flat("id", "a", "key", "k", "ts", "1", "body", "b");
        List<String> copied =
                texts(StagedEntry.held(HeldPlace.parse(PLACE), ours).held("1:1:5 0 0 1", PLACE, "-1 1 5 no"));
        assertThat(copied.subList(8, copied.size()))
                .containsExactly("@at", "1:1:5 0 0 1", "@k", "h", "@place", PLACE, "@held", "-1 1 5 no");
        assertThat(StagedEntry.copied("9-0", flat(copied.toArray(String[]::new)))
                        .wasHeld())
                .isTrue();
    }

    private static Reply flat(String... texts) {
        return new Reply(
                "test",
                Stream.of(texts).map(text -> (Object) Request.utf8(text)).toList());
    }

    private static List<String> texts(List<byte[]> fields) {
        return fields.stream()
                .map(field -> new String(field, StandardCharsets.UTF_8))
                .toList();
    }
}
