package io.qbull.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import io.qbull.ingest.record.FileText;
import io.qbull.model.QueueName;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileTextsTest {
    private static final QueueName A = new QueueName("A");

    @Test
    void a_queue_says_how_its_files_are_written_and_keeps_its_other_options() throws CliException {
        AppSettings.Queues queues = queues(Map.of(
                "qbull.queue.A.fileEncoding", "windows-1252",
                "qbull.queue.A.csvSeparator", "tab",
                "qbull.queue.A.maxAttempts", "3",
                "qbull.queue.B.csvSeparator", ";"));

        assertThat(queues.texts())
                .containsOnly(
                        Map.entry(A, new FileText(A, Charset.forName("windows-1252"), '\t')),
                        Map.entry(new QueueName("B"), new FileText(new QueueName("B"), StandardCharsets.UTF_8, ';')));
        assertThat(queues.options().get(A)).containsOnlyKeys("maxAttempts");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "fileEncoding ~ klingon ~ must be an encoding such as UTF-8",
                "fileEncoding ~ a b ~ must be an encoding such as UTF-8",
                "fileEncoding ~ UTF-32 ~ must be UTF-16 or an encoding that extends ASCII",
                "fileEncoding ~ IBM037 ~ must be UTF-16 or an encoding that extends ASCII",
                "fileEncoding ~ ISO-2022-JP ~ must be UTF-16 or an encoding that extends ASCII",
                "csvSeparator ~ : ~ must be one of , ; | tab"
            })
    void a_wrong_value_is_refused_with_its_name_and_the_rule(String option, String value, String rule) {
        assertThatThrownBy(() -> queues(Map.of("qbull.queue.A." + option, value)))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("qbull.queue.A." + option)
                .hasMessageContaining(value)
                .hasMessageContaining(rule);
    }

    private static AppSettings.Queues queues(Map<String, String> more) throws CliException {
        Map<String, String> file = new HashMap<>(more);
        file.put("qbull.queues", "A,B");
        return new SettingsReader(Map.of(), file, Path.of("")).read().queues();
    }
}
