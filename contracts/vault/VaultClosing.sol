// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ShortPosition} from "../libraries/PositionWords.sol";
import {LiquidationQuote} from "../types/VaultTypes.sol";
import {Liquidation} from "./VaultAuction.sol";
import {VaultKit} from "./VaultKit.sol";
import {VaultStorage} from "./VaultStorage.sol";
import {VaultValves} from "./VaultValves.sol";

/// @title What both routes of liquidation do to the liquidated position
abstract contract VaultClosing is VaultStorage {
    /// @dev Spends budgets, takes the closed part off the position, and credits fund and owner. Whether the closed contracts
    /// were burned or taken over is the caller's part.
    function _closePart(Liquidation memory found) internal {
        (ShortPosition memory position, LiquidationQuote memory quote) = (found.position, found.quote);
        _spendValves(found);
        _resize(position, quote.restSizeE8, quote.restSizeE8 == 0 ? 0 : quote.restCollateral);
        emit PositionLiquidated(
            position.id,
            msg.sender,
            quote.sizeE8,
            quote.payout,
            quote.fee,
            quote.rateE8,
            quote.restSizeE8,
            quote.restCollateral
        );
        _credit(found.terms.token, found.fund.fund, quote.fee);
        if (quote.restSizeE8 == 0) return _credit(found.terms.token, position.owner, quote.restCollateral);
        if (VaultKit.health(position, found.distress.payoff, found.distress.rhoBps) < VaultKit.HEALTHY_WAD) return;
        _endFlag(position);
        _store(position);
    }

    /// @dev A flag that the market justified and parameters keep alive spends from their budget now.
    function _spendValves(Liquidation memory found) private {
        uint24 marketId = found.position.series.marketId;
        uint256 notionalE8 = VaultValves.notional(found.quote.sizeE8, found.spotE8);
        if (found.isParameterCaused && !found.position.isCharged) {
            VaultValves.spendEffect(_state, marketId, notionalE8);
        }
        if (found.isCautious) VaultValves.count(_state, marketId, notionalE8);
    }
}
