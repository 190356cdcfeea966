// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AuctionClock, Distress, LiquidationMath} from "../../../contracts/libraries/LiquidationMath.sol";
import {MarginMath, Payoff} from "../../../contracts/libraries/MarginMath.sol";
import {Series, SeriesId} from "../../../contracts/libraries/SeriesId.sol";

/// @title Draws the cases of `scripts/generate/vault-vector-cases.ts` and hashes the libraries' answers
library VectorCases {
    using MarginMath for Payoff;

    struct Drawn {
        uint256 seriesId;
        AuctionClock clock;
        Distress distress;
        uint256 closedE8;
        uint256 feeBps;
        uint256 lastHealthyE8;
    }

    /// @dev The answers in one line of words, in two parts for the sake of the stack.
    function digest(uint256 index) internal pure returns (bytes8) {
        Drawn memory drawn = draw(index);
        return bytes8(keccak256(bytes.concat(_margins(drawn), _auction(drawn))));
    }

    function _margins(Drawn memory drawn) private pure returns (bytes memory answers) {
        Distress memory d = drawn.distress;
        return
            abi.encode(
                drawn.seriesId,
                d.payoff.intrinsicUp(d.sizeE8),
                d.payoff.maxLossUp(d.sizeE8),
                d.payoff.marginUp(d.sizeE8, d.rhoBps),
                d.payoff.healthWadDown(d.sizeE8, d.collateral, d.rhoBps)
            );
    }

    function _auction(Drawn memory drawn) private pure returns (bytes memory answers) {
        Distress memory d = drawn.distress;
        uint256 closableE8 = LiquidationMath.sizeUp(d);
        uint256 payout = LiquidationMath.payoutDown(d, drawn.closedE8);
        return
            abi.encode(
                LiquidationMath.rateE8Down(drawn.clock),
                closableE8,
                payout,
                LiquidationMath.payoutDown(d, Math.min(closableE8, d.sizeE8)),
                LiquidationMath.feeDown(d.payoff, drawn.closedE8, payout, drawn.feeBps),
                drawn.lastHealthyE8
            );
    }

    function draw(uint256 index) internal pure returns (Drawn memory drawn) {
        bool isPut = _word(index, 0) % 2 == 1;
        uint256 strikeE8 = _logUniform(index, 2, 63);
        Distress memory d = drawn.distress;
        d.payoff = MarginMath.payoffAt(isPut, strikeE8, _price(index, strikeE8), _decimals(_word(index, 1) % 4));
        d.sizeE8 = _logUniform(index, 7, 63);
        d.rhoBps = 1 + (_word(index, 9) % 10_000);
        drawn.clock.rhoBps = d.rhoBps;
        drawn.clock.piBps = _word(index, 12) % 10_001;
        drawn.clock.orderlySec = 1 + (_word(index, 13) % 86_400);
        drawn.clock.lateSec = 1 + (_word(index, 14) % 604_800);
        drawn.clock.elapsedSec = _word(index, 15) % (drawn.clock.orderlySec + drawn.clock.lateSec + 1_000);
        d.collateral = _collateral(index, d);
        d.targetHealthBps = 10_001 + (_word(index, 16) % 10_000);
        d.rateE8 = LiquidationMath.rateE8Down(drawn.clock);
        drawn.closedE8 = 1 + (_word(index, 17) % d.sizeE8);
        drawn.feeBps = _word(index, 22) % 2_001;
        drawn.lastHealthyE8 = MarginMath.lastHealthyPriceE8(
            isPut,
            strikeE8,
            _decimals(_word(index, 1) % 4),
            d.sizeE8,
            d.collateral,
            d.rhoBps
        );
        drawn.seriesId = SeriesId.encode(
            Series(uint24(_word(index, 20)), uint64(strikeE8), uint40(_word(index, 21)), isPut)
        );
    }

    function _collateral(uint256 index, Distress memory d) private pure returns (uint256) {
        if (_word(index, 10) % 3 == 0) return _logUniform(index, 18, 103);
        uint256 near = (d.payoff.marginUp(d.sizeE8, d.rhoBps) * (_word(index, 11) % 12_000)) / 10_000;
        return Math.min(near, MarginMath.MAX_COLLATERAL);
    }

    function _price(uint256 index, uint256 strikeE8) private pure returns (uint256) {
        uint256 choice = _word(index, 4);
        uint256 mode = choice % 4;
        if (mode == 0) return _logUniform(index, 5, 63);
        uint256 price =
            mode == 1 ? strikeE8 + ((choice >> 8) % 3) - 1 : (strikeE8 * (5_000 + ((choice >> 8) % 10_000))) / 10_000;
        return Math.min(Math.max(price, 1), type(uint64).max);
    }

    function _decimals(uint256 choice) private pure returns (uint256) {
        return
            choice == 0
                ? 0
                : choice == 1
                    ? 6
                    : choice == 2
                        ? 8
                        : 18;
    }

    function _logUniform(uint256 index, uint32 field, uint256 bits) private pure returns (uint256) {
        return 1 + (_word(index, field) % 2 ** (1 + (_word(index, field + 1) % bits)));
    }

    function _word(uint256 index, uint32 field) private pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked("plimsoll/vault-vectors/1", uint32(index), field)));
    }
}
