"""Plain Python loops over the entries; eigenvalues by Jacobi rotations."""

BACKEND = "numpy"


def maximin(payoffs):
    best_row, best = 0, None
    for i, row in enumerate(payoffs.tolist()):
        worst = row[0]
        for payoff in row[1:]:
            if payoff < worst:
                worst = payoff
        if best is None or worst > best:
            best_row, best = i, worst
    return best_row, best


def minimax(payoffs):
    rows, columns = payoffs.shape
    best_column, least = 0, None
    for j in range(columns):
        best = payoffs[0, j]
        for i in range(1, rows):
            if payoffs[i, j] > best:
                best = payoffs[i, j]
        if least is None or best < least:
            best_column, least = j, best
    return best_column, least


def is_saddle_point(payoffs, row, column):
    rows, columns = payoffs.shape
    better = 0
    for j in range(columns):
        if payoffs[row, j] < payoffs[row, column]:
            better += 1
    for i in range(rows):
        if payoffs[i, column] > payoffs[row, column]:
            better += 1
    return better == 0


def critical_point_kind(hessian):
    """Jacobi rotations until the matrix is diagonal."""
    n = len(hessian)
    a = [[float(entry) for entry in row] for row in hessian]
    for _ in range(60):
        for p in range(n):
            for q in range(p + 1, n):
                rotate(a, p, q)
    eigenvalues = [a[i][i] for i in range(n)]
    largest = max(abs(eigenvalue) for eigenvalue in eigenvalues)
    positive = sum(eigenvalue > 1e-9 * largest for eigenvalue in eigenvalues)
    negative = sum(eigenvalue < -1e-9 * largest for eigenvalue in eigenvalues)
    if positive + negative < n:
        return "degenerate"
    if positive == n:
        return "minimum"
    return "maximum" if negative == n else "saddle"


def rotate(a, p, q):
    """Make the entry p, q of a symmetric matrix 0."""
    if a[p][q] == 0:
        return
    theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
    sign = 1 if theta >= 0 else -1
    t = sign / (abs(theta) + (theta * theta + 1) ** 0.5)
    c = 1 / (t * t + 1) ** 0.5
    s = t * c
    for k in range(len(a)):
        a[k][p], a[k][q] = c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]
    for k in range(len(a)):
        a[p][k], a[q][k] = c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]
