package io.qbull.chaos;

import io.qbull.testing.RedisClusterExtension;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** On a cluster of three masters, whose slots move. For half an hour, so only at the sizes of the acceptance. */
@Tag("slow")
@EnabledIfSystemProperty(named = "qbull.acceptance", matches = "true")
class ChaosClusterIT {
    @RegisterExtension
    static final RedisClusterExtension CLUSTER = new RedisClusterExtension();

    @Test
    void random_faults_lose_no_job_and_let_none_overtake() throws Exception {
        new ChaosRun().on(Servers.of(CLUSTER));
    }
}
