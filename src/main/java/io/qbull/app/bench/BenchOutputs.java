package io.qbull.app.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the report goes.
 *
 * @param json whether standard output gets JSON instead of a table
 * @param compare file with an earlier report as JSON; null for none
 * @param html file for the page; null for none
 * @param progress whether standard error is a terminal
 */
public record BenchOutputs(
        boolean json, @Nullable Path compare, @Nullable Path html, boolean progress) {}
