package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Delivery;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.DefaultHeaderFilterStrategy;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class JobReaderTest {
    private static final Lease LEASE = new Lease(
            new PartitionId(new QueueName("Q"), 3), new LeaseOwner(new PodId("p"), "n"), new Epoch(1), "primary");

    private final JobReader reader = new JobReader(new QbullHeaderFilterStrategy());

    @Test
    void a_body_changed_by_a_failed_attempt_is_intact_for_the_next() {
        Delivery delivery = new Delivery(FakeNode.job("j", "abc", Map.of()), LEASE, 1);
        read(delivery).getMessage().getBody(byte[].class)[0] = 'X';
        assertThat(read(delivery).getMessage().getBody(String.class)).isEqualTo("abc");
    }

    @Test
    void fields_of_a_foreign_entry_are_fresh_for_each_attempt() {
        Map<String, byte[]> fields = new LinkedHashMap<>(Map.of("a", new byte[] {1}));
        Delivery delivery = new Delivery(FakeNode.job("j", fields, Map.of()), LEASE, 1);
        ((Map<?, ?>) read(delivery).getMessage().getBody()).clear();
        assertThat(read(delivery).getMessage().getBody())
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("a", new byte[] {1});
    }

    @Test
    void a_stored_delay_never_delays_the_next_job_whatever_the_filter_says() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        Map<String, Object> stored = Map.of("cAmElQbullDelay", "PT10M", "other", "x");
        new JobReader(new DefaultHeaderFilterStrategy())
                .read(new Delivery(FakeNode.job("j", "abc", stored), LEASE, 1), exchange);
        assertThat(exchange.getMessage().getHeaders())
                .containsEntry("other", "x")
                .doesNotContainKey(QbullConstants.DELAY);
    }

    private Exchange read(Delivery delivery) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        reader.read(delivery, exchange);
        return exchange;
    }
}
