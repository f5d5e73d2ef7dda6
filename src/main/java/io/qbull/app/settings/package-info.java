/** Reads the environment and {@code config/application.properties} into checked settings. */
@NullMarked
package io.qbull.app.settings;

import org.jspecify.annotations.NullMarked;
