package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"WHATSAPP", "a", "A.b_c-9", "0"})
    void a_plain_queue_name_is_accepted(String name) {
        assertThat(new QueueName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "a{b}", "{}q", "a b", "ä", "a\n", "a/b", "*"})
    void a_queue_name_that_breaks_the_slot_or_the_key_is_refused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new QueueName(name))
                .withMessageContaining("1 to 100 characters")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void a_queue_name_has_at_most_100_characters() {
        assertThat(new QueueName("x".repeat(100)).value()).hasSize(100);
        assertThatIllegalArgumentException().isThrownBy(() -> new QueueName("x".repeat(101)));
    }

    @Test
    void a_partition_is_named_as_its_stream() {
        assertThat(new PartitionId(new QueueName("WHATSAPP"), 3)).hasToString("WHATSAPP:3");
        assertThatIllegalArgumentException().isThrownBy(() -> new PartitionId(new QueueName("Q"), -1));
    }

    @Test
    void partitions_are_ordered_by_queue_and_then_by_number() {
        PartitionId a2 = new PartitionId(new QueueName("a"), 2);
        PartitionId a10 = new PartitionId(new QueueName("a"), 10);
        PartitionId b0 = new PartitionId(new QueueName("b"), 0);
        assertThat(a2).isLessThan(a10);
        assertThat(a10).isLessThan(b0);
    }

    @Test
    void an_owner_survives_its_text_form() {
        LeaseOwner owner = new LeaseOwner(new PodId("host-1.example:8080"), "n0nce");
        assertThat(LeaseOwner.parse(owner.toString())).isEqualTo(owner);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "pod", "#x", "p od#x"})
    void a_text_that_is_not_an_owner_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> LeaseOwner.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "a\u0000"})
    void an_empty_job_id_or_one_with_control_characters_is_refused(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new JobId(id));
    }

    @Test
    void a_job_id_is_measured_in_bytes() {
        assertThat(new JobId("ä".repeat(128)).value()).hasSize(128);
        assertThatIllegalArgumentException().isThrownBy(() -> new JobId("ä".repeat(129)));
    }

    @Test
    void a_layout_has_1_to_16384_partitions() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Layout(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Layout(1, 16385));
        assertThat(new Layout(1, 16384).partitions()).isEqualTo(16384);
    }

    @Test
    void text_from_outside_cannot_forge_a_log_line() {
        assertThat(Printable.of("a\r\nb\u001b[31m\u2028\u202e")).isEqualTo("a??b?[31m??");
        assertThat(Printable.of("x".repeat(500))).hasSize(121);
    }
}
