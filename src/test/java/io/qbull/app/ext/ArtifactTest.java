package io.qbull.app.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactTest {
    @ParameterizedTest
    @CsvSource({
        "kafka, org.apache.camel:camel-kafka:4.17.0",
        "camel-kafka, org.apache.camel:camel-kafka:4.17.0",
        "aws2-sqs, org.apache.camel:camel-aws2-sqs:4.17.0",
        "org.postgresql:postgresql:42.7.8, org.postgresql:postgresql:42.7.8",
        "com.example:jobs_2.13:1.0+build-SNAPSHOT, com.example:jobs_2.13:1.0+build-SNAPSHOT"
    })
    void a_component_has_a_short_name_and_anything_else_its_coordinates(String given, String meant)
            throws CliException {
        assertThat(Artifact.parse(given, "4.17.0")).hasToString(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "camel-", "a:b", "a:b:1:jar", "Kafka", "-x", "a:b:1 -f /etc", "../x", "a:b:${x}", "a\nb"})
    void anything_else_is_refused(String given) {
        assertThatThrownBy(() -> Artifact.parse(given, "4.17.0"))
                .isInstanceOfSatisfying(
                        CliException.class,
                        refused -> assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining("group:artifact:version");
    }

    @Test
    void mavens_list_is_read_whatever_stands_around_the_coordinates() {
        assertThat(Artifact.listed("   a.b:c-d:jar:1.2:compile -- module c.d")).hasValue(artifact("c-d", "1.2", ""));
        assertThat(Artifact.listed("   a.b:c-d:jar:1.2:runtime\u001B[36m -- module c.d\u001B[0;1m [auto]"))
                .hasValue(artifact("c-d", "1.2", ""));
        assertThat(Artifact.listed("   a.b:c-d:jar:linux-x86_64:1.2:runtime (optional)"))
                .hasValue(artifact("c-d", "1.2", "linux-x86_64"));
        assertThat(Artifact.listed("The following files have been resolved:")).isEmpty();
        assertThat(Artifact.listed("   none")).isEmpty();
        assertThat(Artifact.listed("")).isEmpty();
    }

    @Test
    void a_file_is_another_version_by_its_name() {
        Artifact plain = artifact("netty-tcnative", "2.0.7", "");
        Artifact linux = artifact("netty-tcnative", "2.0.7", "linux");

        assertThat(plain.isOtherVersionOf("netty-tcnative-2.0.70.jar")).isTrue();
        assertThat(plain.isOtherVersionOf("netty-tcnative-1.9.jar")).isTrue();
        assertThat(plain.isOtherVersionOf("netty-tcnative-2.0.7.jar")).isFalse();
        assertThat(plain.isOtherVersionOf("netty-tcnative-2.0.7-linux.jar")).isFalse();
        assertThat(plain.isOtherVersionOf("netty-tcnative-classes-1.9.jar")).isFalse();
        assertThat(plain.isOtherVersionOf("my-netty-tcnative-1.9.jar")).isFalse();
        assertThat(linux.isOtherVersionOf("netty-tcnative-1.9-linux.jar")).isTrue();
        assertThat(linux.isOtherVersionOf("netty-tcnative-2.0.7.jar")).isFalse();
        assertThat(linux.isOtherVersionOf("netty-tcnative-2.0.7-linux.jar")).isFalse();
    }

    private static Artifact artifact(String name, String version, String classifier) {
        return new Artifact("a.b", name, version, classifier);
    }
}
