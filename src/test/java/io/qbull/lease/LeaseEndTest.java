package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeaseEndTest {
    private static final long SENT = 100;
    private static final TrustTerm TRUSTED = new TrustTerm(SENT + 1);
    private static final TrustTerm OVER = new TrustTerm(SENT);
    private static final LeaseOwner OWNER = new LeaseOwner(new PodId("me"), "n1");
    private static final Lease LEASE =
            new Lease(new PartitionId(new QueueName("WHATSAPP"), 0), OWNER, new Epoch(5), "primary");

    @Test
    void a_lease_ends_in_six_ways() {
        assertThat(leaves(LeaseEnd.class).map(Class::getSimpleName))
                .containsExactlyInAnyOrder("Released", "HandedOver", "Expired", "Fenced", "Voided", "LeftToExpire");
    }

    @Test
    void a_lease_refused_to_a_renewal_during_its_trust_term_is_fenced_by_it() {
        OwnedLease lease = new OwnedLease(LEASE, 0, TRUSTED);
        assertThat(lease.trusted(SENT)).isTrue();
        assertThat(lease.lostBy(SENT)).isEqualTo(new LeaseEnd.Fenced(LeaseEnd.Fenced.By.RENEWAL));
    }

    @Test
    void a_refused_command_ends_trust_for_good_and_fences_the_lease() {
        OwnedLease lease = new OwnedLease(LEASE, 0, TRUSTED);
        lease.refuse();
        assertThat(lease.trusted(SENT)).isFalse();
        assertThat(lease.renew(new TrustTerm(SENT + 50))).isFalse();
        assertThat(lease.trusted(SENT)).isFalse();
        assertThat(lease.lostBy(SENT)).isEqualTo(new LeaseEnd.Fenced(LeaseEnd.Fenced.By.COMMAND));
    }

    @Test
    void a_lease_has_expired_when_its_last_renewal_was_sent_after_the_trust_term() {
        OwnedLease lease = new OwnedLease(LEASE, 0, OVER);
        lease.refuse();
        assertThat(lease.trusted(SENT)).isFalse();
        assertThat(lease.lostBy(SENT)).as("silence came before the refusal").isEqualTo(new LeaseEnd.Expired());
    }

    @Test
    void a_successful_renewal_extends_trust_and_delivers_the_rejection() {
        OwnedLease lease = new OwnedLease(LEASE, 0, OVER);
        lease.reject(new LeaseOwner(new PodId("other"), "w1"));
        assertThat(lease.renew(TRUSTED)).isTrue();
        assertThat(lease.trusted(SENT)).isTrue();
        assertThat(lease.rejected()).isNull();
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(LeaseEndTest::leaves)
                : Stream.of(type);
    }
}
