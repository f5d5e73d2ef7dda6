@NullMarked
package io.qbull.app.coalesce;

import org.jspecify.annotations.NullMarked;
