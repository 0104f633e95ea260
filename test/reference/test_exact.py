"""exact.py against cases worked out by hand and against its own definition. Run: python test_exact.py"""

import random
import unittest
from fractions import Fraction
from math import inf, isnan, nan

from exact import bits_of, statistics, value_of

TINY = 2.0**-149


def mean_std(*values):
    mean, std, _ = statistics([bits_of(value) for value in values])
    return value_of(mean), value_of(std)


def neighbours(bits):
    """The exact values just below and above a non-negative finite float32 (below zero there is none)."""
    return [Fraction(value_of(bits + step)) for step in (-1, 1) if bits + step >= 0]


class ByHand(unittest.TestCase):
    def test_small_whole_numbers(self):
        self.assertEqual(mean_std(1, 2), (1.5, 0.5))
        self.assertEqual(mean_std(2, 4, 4, 4, 5, 5, 7, 9), (5, 2))
        self.assertEqual(mean_std(-3, 3), (0, 3))
        self.assertEqual(mean_std(7), (7, 0))

    def test_ties_go_to_even(self):
        base = 2.0**24
        self.assertEqual(mean_std(base, base + 2), (base, 1))  # 2^24 + 1 is halfway; the even one is below
        self.assertEqual(mean_std(base + 2, base + 4), (base + 4, 1))  # 2^24 + 3: the even one is above
        self.assertEqual(mean_std(-base, -base - 2), (-base, 1))
        self.assertEqual(mean_std(base, base + 2, 2.0**24 + 2, base)[0], base)

    def test_a_grain_beside_a_tie_decides_it(self):
        base = 2.0**24
        below, above = (base, base, 2 * base + 4), (base, base, 2 * base + 12)  # means of 4: base + 1 and base + 3
        self.assertEqual([mean_std(*below, grain)[0] - base for grain in (-TINY, 0, TINY)], [0, 0, 2])
        self.assertEqual([mean_std(*above, grain)[0] - base for grain in (-TINY, 0, TINY)], [2, 4, 4])

    def test_ties_of_the_deviation(self):
        base = 2.0**24
        self.assertEqual(mean_std(2 * base, -2)[1], base)  # exactly 2^24 + 1
        self.assertEqual(mean_std(2 * base + 4, -2)[1], base + 4)  # exactly 2^24 + 3

    def test_subnormals(self):
        self.assertEqual(mean_std(TINY, TINY), (TINY, 0))
        self.assertEqual(mean_std(0, TINY), (0, 0))  # both are half the smallest float32: a tie, to even
        self.assertEqual(mean_std(TINY, 2 * TINY), (2 * TINY, 0))  # 1.5 units, to even; 0.5 units, to even
        self.assertEqual(mean_std(0, 3 * TINY), (2 * TINY, 2 * TINY))
        self.assertEqual(str(mean_std(0, -TINY)[0]), "-0.0")
        edge = 2.0**-126  # the smallest normal float32
        self.assertEqual(mean_std(edge - TINY, edge + TINY), (edge, TINY))

    def test_largest(self):
        top = (2 - 2.0**-23) * 2.0**127
        self.assertEqual(mean_std(top, top, top), (top, 0))
        self.assertEqual(mean_std(top, -top), (0, top))

    def test_irrational_deviation(self):
        # Variance of 0, 0, 1 is 2/9: sqrt(2)/3 = 0.47140452079...
        self.assertEqual(mean_std(0, 0, 1)[1], value_of(bits_of(0.47140452079103168)))

    def test_nist_num_acc_1(self):
        # Mean 10000002; squared deviations add up to 2, over 3 dates: sqrt(2/3) = 0.81649658092...
        self.assertEqual(mean_std(10000001, 10000003, 10000002), (10000002, value_of(bits_of(0.8164965809277260))))

    def test_missing_and_infinite(self):
        self.assertEqual(mean_std(nan, 1, 2), (1.5, 0.5))
        self.assertTrue(all(isnan(value) for value in mean_std(nan, nan)))
        self.assertEqual(mean_std(inf, 1, nan)[0], inf)
        self.assertEqual(mean_std(-inf, 1)[0], -inf)
        self.assertTrue(isnan(mean_std(inf, -inf)[0]))
        self.assertTrue(isnan(mean_std(inf, 1)[1]))
        self.assertEqual(statistics([bits_of(nan), bits_of(inf), bits_of(1)])[2], 2)


class ByDefinition(unittest.TestCase):
    def test_no_float32_is_nearer(self):
        draw = random.Random(1)
        for _ in range(3000):
            dates = draw.choice((1, 2, 3, 4, 7, 31))
            low = draw.choice((0, 1 << 23, 0x3F800000, 0x60000000))
            values = [low + draw.randrange(1 << draw.choice((2, 12, 24))) for _ in range(dates)]
            mean, std, _ = statistics(values)
            exact = [Fraction(value_of(bits)) for bits in values]
            exact_mean = sum(exact) / dates
            variance = sum((value - exact_mean) ** 2 for value in exact) / dates
            found = Fraction(value_of(mean))
            for other in neighbours(mean):
                self.assertLessEqual(abs(found - exact_mean), abs(other - exact_mean))
                if abs(found - exact_mean) == abs(other - exact_mean):
                    self.assertEqual(mean & 1, 0)
            found = Fraction(value_of(std))
            for other in neighbours(std):
                middle = ((found + other) / 2) ** 2
                if middle == variance:
                    self.assertEqual(std & 1, 0)
                else:
                    self.assertEqual(variance < middle, found < other)


if __name__ == "__main__":
    unittest.main()
