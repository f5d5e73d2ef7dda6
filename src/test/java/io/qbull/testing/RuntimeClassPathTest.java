package io.qbull.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeClassPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/plain", "/with blank/the top", "/50%", "/a+b", "/ñandú", "/a#b?c"})
    void a_build_may_be_at_any_path(String name) throws Exception {
        Path path = Path.of(name);
        assertThat(RuntimeClassPath.of(path.toUri().toURL())).isEqualTo(path);
    }

    @Test
    void our_own_classes_are_on_it() {
        assertThat(RuntimeClassPath.get()).contains("lettuce-core");
    }
}
