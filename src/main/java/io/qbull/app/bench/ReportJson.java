package io.qbull.app.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A report as JSON: as one document on one line, and back. */
final class ReportJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private ReportJson() {}

    /** With the ratio of each figure. */
    static String of(Report report) {
        ObjectNode tree = JSON.valueToTree(report);
        List<Figure> figures = report.figures();
        for (int i = 0; i < figures.size(); i++) {
            if (tree.path("figures").get(i) instanceof ObjectNode figure) {
                figure.put("ratio", figures.get(i).ratio());
            }
        }
        return tree.toString();
    }

    /**
     * @param file that {@code --json} printed
     * @throws CliException if it cannot be read, or is something else
     */
    static Report read(Path file) throws CliException {
        try {
            JsonNode tree = JSON.readTree(Files.readString(file));
            if (!tree.path("figures").isArray() || tree.path("figures").isEmpty()) {
                throw CliException.setting("--compare", file.toString(), "is not what bench --json prints");
            }
            return JSON.treeToValue(tree, Report.class);
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw CliException.setting("--compare", file.toString(), "is not what bench --json prints");
        } catch (IOException e) {
            throw new CliException(ExitCode.USAGE, "--compare (" + file + ") cannot be read: " + e, e);
        }
    }
}
