package io.qbull.ops.why;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.why.Cause;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
    /** The rarest cause comes up in one of 280. */
    private static final int SITUATIONS = 10_000;

    @Test
    void in_random_situations_the_causes_are_those_of_the_oracle() {
        long seed = Long.getLong("seed", System.nanoTime());
        Set<String> kinds = new HashSet<>();
        for (int n = 0; n < SITUATIONS; n++) {
            RandomSituation situation = new RandomSituation(new Random(seed + n));
            List<Cause> causes = Diagnosis.of(situation.facts());
            List<String> expected = DiagnosisOracle.expected(situation);
            String which = "-Dseed=" + (seed + n) + " " + situation + ": " + causes + " instead of " + expected;
            assertThat(causes).as(which).hasSameSizeAs(expected);
            for (int i = 0; i < expected.size(); i++) {
                String[] each = expected.get(i).split(":", 2);
                assertThat(causes.get(i).kind()).as(which).isEqualTo(each[0]);
                assertThat(causes.get(i).sentence()).as(which).contains(each[1]);
                kinds.add(each[0]);
            }
        }
        assertThat(kinds).as("that came up, seed %d", seed).hasSize(22);
    }
}
