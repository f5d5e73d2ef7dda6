package io.qbull.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Redis packs is what is read. */
@Tag("redis")
class MessagePackTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 32, 255, 256, 65_535, 65_536, 3_000_000})
    void a_text_of_any_length(int length) {
        String text = "\u00ff".repeat(length);

        List<?> read = MessagePack.list(packed("return cmsgpack.pack({ARGV[1], 'next'})", text));

        assertThat((byte[]) read.get(0)).isEqualTo(bytes(text));
        assertThat((byte[]) read.get(1)).isEqualTo(bytes("next"));
        assertThat(read).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 255, 256, 65_535, 65_536})
    void a_list_of_any_length(int length) {
        byte[] packed = packed(
                "local list = {} for i = 1, ARGV[1] do list[i] = tostring(i) end return cmsgpack.pack({list, 'next'})",
                Integer.toString(length));

        List<?> read = MessagePack.list(packed);

        List<?> inner = (List<?>) read.get(0);
        assertThat(inner).hasSize(length);
        for (int i = 0; i < length; i++) {
            assertThat((byte[]) inner.get(i)).isEqualTo(bytes(Integer.toString(i + 1)));
        }
        assertThat((byte[]) read.get(1)).isEqualTo(bytes("next"));
    }

    @Test
    void a_list_that_breaks_off_or_goes_on_is_refused() {
        byte[] packed = packed("return cmsgpack.pack({{'one', ARGV[1]}, {}})", "x".repeat(300));

        for (int length = 0; length < packed.length; length++) {
            byte[] part = Arrays.copyOf(packed, length);
            assertThatIllegalArgumentException().isThrownBy(() -> MessagePack.list(part));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessagePack.list(Arrays.copyOf(packed, packed.length + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'text'", "{true}", "{name = 'map'}", "{1.5}"})
    void another_type_is_refused(String value) {
        byte[] packed = packed("return cmsgpack.pack(" + value + ")", "");

        assertThatIllegalArgumentException().isThrownBy(() -> MessagePack.list(packed));
    }

    @Test
    void a_length_that_nothing_can_have_is_refused() {
        for (int type : new int[] {0xdb, 0xdd}) {
            byte[] huge = {(byte) 0x91, (byte) type, 0x7f, -1, -1, -1, 0};
            byte[] negative = {(byte) 0x91, (byte) type, -1, -1, -1, -1, 0};
            assertThatIllegalArgumentException().isThrownBy(() -> MessagePack.list(huge));
            assertThatIllegalArgumentException().isThrownBy(() -> MessagePack.list(negative));
        }
    }

    private static byte[] packed(String script, String argument) {
        try (Resp resp = REDIS.server().connect()) {
            return bytes(resp.text("EVAL", script, "0", argument));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
