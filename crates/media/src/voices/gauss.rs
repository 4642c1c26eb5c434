//! One Gaussian with full covariance, and how much better two explain than one.

use super::features::{Cepstra, DIMS};

const TRIANGLE: usize = DIMS * (DIMS + 1) / 2;
/// Numbers that describe one Gaussian.
const PARAMETERS: f64 = (DIMS + TRIANGLE) as f64;
/// Variance that is added to every coefficient, so that few frames have a density too.
const FLOOR: f64 = 0.01;

/// Counts and sums of frames, from which mean and covariance follow; they can be added.
#[derive(Debug, Clone)]
pub struct Gauss {
    count: f64,
    sum: [f64; DIMS],
    /// Sums of products, the lower triangle row by row.
    products: [f64; TRIANGLE],
}

impl Gauss {
    /// What `frames` amount to.
    pub fn of<'a>(frames: impl IntoIterator<Item = &'a Cepstra>) -> Self {
        let mut gauss = Self { count: 0.0, sum: [0.0; DIMS], products: [0.0; TRIANGLE] };
        for frame in frames {
            gauss.count += 1.0;
            let mut at = 0;
            for (row, &a) in frame.iter().enumerate() {
                gauss.sum[row] += f64::from(a);
                for &b in &frame[..=row] {
                    gauss.products[at] += f64::from(a) * f64::from(b);
                    at += 1;
                }
            }
        }
        gauss
    }

    /// Both together.
    pub fn with(&self, other: &Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: std::array::from_fn(|i| self.sum[i] + other.sum[i]),
            products: std::array::from_fn(|i| self.products[i] + other.products[i]),
        }
    }

    /// Frames in it.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// `count / 2 · ln det covariance`: the negative log likelihood of its frames, but for constants that
    /// cancel out.
    pub fn surprise(&self) -> f64 {
        if self.count < 1.0 {
            return 0.0;
        }
        let mut matrix = [[0.0; DIMS]; DIMS];
        let mut products = self.products.iter();
        for (row, numbers) in matrix.iter_mut().enumerate() {
            for ((number, product), sum) in
                numbers.iter_mut().zip(products.by_ref().take(row + 1)).zip(&self.sum)
            {
                *number = product / self.count - self.sum[row] / self.count * sum / self.count;
            }
            numbers[row] += FLOOR;
        }
        0.5 * self.count * ln_determinant(&mut matrix)
    }
}

/// ln det of a positive matrix of which the lower triangle is given, by Cholesky's decomposition.
fn ln_determinant(matrix: &mut [[f64; DIMS]; DIMS]) -> f64 {
    let mut sum = 0.0;
    for row in 0..DIMS {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| matrix[row][k] * matrix[column][k]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] =
                if row == column { rest.max(FLOOR * 1e-3).sqrt() } else { rest / matrix[column][column] };
        }
        sum += 2.0 * matrix[row][row].ln();
    }
    sum
}

/// By how much two Gaussians explain `a` and `b` better than one does, once the numbers that the second one
/// costs are paid `penalty` times: above 0 they are two voices. Chen and Gopalakrishnan, "Speaker,
/// environment and channel change detection and clustering via the Bayesian information criterion" (1998).
pub fn apart(a: &Gauss, b: &Gauss, penalty: f64) -> f64 {
    let both = a.with(b);
    both.surprise() - a.surprise() - b.surprise() - penalty * 0.5 * PARAMETERS * both.count.max(1.0).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(seed: u64, count: usize, shift: f32) -> Vec<Cepstra> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        };
        (0..count).map(|_| std::array::from_fn(|_| next() + shift)).collect()
    }

    #[test]
    fn the_determinant_is_that_of_the_covariance() {
        let frames: Vec<Cepstra> = frames(1, 4_000, 0.0);
        // Uniform on −1 … 1: variance 1/3, independent.
        let expected = 0.5 * 4_000.0 * DIMS as f64 * (1.0 / 3.0 + FLOOR).ln();
        let surprise = Gauss::of(&frames).surprise();
        assert!((surprise - expected).abs() < 0.02 * expected.abs(), "{surprise} {expected}");
    }

    #[test]
    fn the_same_source_is_one_and_another_is_another() {
        let (a, b, c) = (frames(1, 300, 0.0), frames(2, 300, 0.0), frames(3, 300, 1.5));
        let (a, b, c) = (Gauss::of(&a), Gauss::of(&b), Gauss::of(&c));
        assert!(apart(&a, &b, 1.0) < 0.0);
        assert!(apart(&a, &c, 1.0) > 0.0);
    }

    #[test]
    fn few_or_equal_frames_are_no_reason_to_fail() {
        let one = Gauss::of(&[[3.0; DIMS]]);
        assert!(one.surprise().is_finite());
        assert!(apart(&one, &Gauss::of(&[[3.0; DIMS]; 50]), 1.0).is_finite());
        assert_eq!(Gauss::of(&[]).surprise(), 0.0);
    }
}
